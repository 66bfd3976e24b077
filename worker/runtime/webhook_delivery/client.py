"""One request to a receiver that nobody trusts, over a connection to an address that was checked.

The name is resolved once, every address it has is judged, and the connection goes to one of
them: between the look and the connection nothing can change. Nothing is followed, inflated or
taken from the environment, and every step has a time of its own.
"""

import queue
import socket
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote

import httpcore2
import httpx2

from app.webhooks.policy import Address, AddressPolicy, is_public
from app.webhooks.target import NoTarget, parse_target

# Name -> addresses, like socket.getaddrinfo; raises OSError.
Resolve = Callable[[str, int], Sequence[Address]]

EXCERPT_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a receiver may take and how much of its answer is read.

    `connect_seconds` for the name, the connection and TLS each; `answer_seconds` for the request
    and the whole answer.
    """

    connect_seconds: float = 5.0
    answer_seconds: float = 10.0
    answer_bytes: int = 64 * 1024

    @property
    def longest_seconds(self) -> float:
        """The longest that one delivery can take."""
        return 3 * self.connect_seconds + self.answer_seconds


class Undeliverable(Exception):
    """A request was not sent, or not answered; the message is a sentence's end.

    `is_final`: another try would end the same.
    """

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered; `excerpt` is None unless its address is public."""

    status: int
    retry_after: str | None
    excerpt: str | None


@dataclass(frozen=True, slots=True)
class WebhookClient:
    """Sends requests under a policy."""

    policy: AddressPolicy
    limits: Limits = field(default_factory=Limits)
    resolve: Resolve = field(default_factory=lambda: resolve_name)
    tls: ssl.SSLContext = field(default_factory=httpcore2.default_ssl_context)

    def post(
        self, url: str | None, headers: Mapping[str, str], body: bytes, *, loopback: bool
    ) -> Answer:
        """Send a body and return the answer, whatever its status; raises Undeliverable.

        `loopback` says whether this machine's own addresses are allowed.
        """
        try:
            target = parse_target(url)
        except NoTarget as error:
            raise Undeliverable(str(error), is_final=True) from None
        backend = _PinnedBackend(self, loopback=loopback)
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        sent.append((b"Host", target.netloc))
        sent.append((b"Content-Length", str(len(body)).encode()))
        if target.userinfo and "authorization" not in {name.lower() for name in headers}:
            user = b64encode(unquote(target.userinfo.decode()).encode())
            sent.append((b"Authorization", b"Basic " + user))
        try:
            with httpcore2.HTTPConnection(
                httpcore2.Origin(target.raw_scheme, target.raw_host, _port(target)),
                ssl_context=self.tls,
                network_backend=backend,
            ) as connection:
                return self._exchange(connection, backend, target, sent, body)
        except httpcore2.ConnectTimeout:
            raise Undeliverable(f"no connection within {self.limits.connect_seconds:g} s") from None
        except httpcore2.TimeoutException:
            raise Undeliverable(f"no answer within {self.limits.answer_seconds:g} s") from None
        except httpcore2.ConnectError as error:
            raise Undeliverable(f"no connection: {_describe(error)}") from None
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            raise Undeliverable(f"the connection broke: {_describe(error)}") from None

    def _exchange(
        self,
        connection: httpcore2.HTTPConnection,
        backend: "_PinnedBackend",
        target: httpx2.URL,
        headers: list[tuple[bytes, bytes]],
        body: bytes,
    ) -> Answer:
        url = httpcore2.URL(
            scheme=target.raw_scheme,
            host=target.raw_host,
            port=_port(target),
            target=target.raw_path,
        )
        timeouts = {"connect": self.limits.connect_seconds}
        with connection.stream(
            "POST", url, headers=headers, content=body, extensions={"timeout": timeouts}
        ) as response:
            found = {name.lower(): value for name, value in response.headers}
            beginning = self._read(response)
            retry_after = found.get(b"retry-after")
            is_plain = found.get(b"content-encoding", b"identity").lower() == b"identity"
            shown = backend.peer is not None and is_public(backend.peer) and is_plain
            return Answer(
                response.status,
                None if retry_after is None else retry_after.decode("latin-1"),
                _printable(beginning[:EXCERPT_BYTES]) if shown and beginning else None,
            )

    def _read(self, response: httpcore2.Response) -> bytes:
        """Read the answer as far as we let it go; its status has come, so nothing can fail now."""
        beginning = b""
        try:
            for chunk in response.iter_stream():
                beginning += chunk
                if len(beginning) >= self.limits.answer_bytes:
                    break
        except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError):
            pass
        return beginning


class _PinnedBackend(httpcore2.NetworkBackend):
    """Connects to addresses that the policy allows; `peer` is the one it connected to."""

    def __init__(self, client: WebhookClient, *, loopback: bool) -> None:
        self._client = client
        self._loopback = loopback
        self._sockets = httpcore2.SyncBackend()
        self.peer: Address | None = None

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        addresses = _look_up(self._client, host, port)
        for address in addresses:
            reason = self._client.policy.refuse(address, loopback=self._loopback)
            if reason is not None:
                raise Undeliverable(f"refused: {reason}", is_final=True)
        until = time.monotonic() + (timeout or self._client.limits.connect_seconds)
        failure: Exception = httpcore2.ConnectError("the name has no address")
        for address in addresses:
            left = until - time.monotonic()
            if left <= 0:
                raise httpcore2.ConnectTimeout
            try:
                stream = self._sockets.connect_tcp(
                    str(address), port, left, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
                continue
            self.peer = address
            return _TimedStream(stream, self._client.limits.answer_seconds)
        raise failure

    def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002  # httpcore2's signature
        timeout: float | None = None,  # noqa: ARG002  # httpcore2's signature
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002  # httpcore2's signature
    ) -> httpcore2.NetworkStream:
        raise Undeliverable("refused: no URL names a socket of this machine", is_final=True)


class _TimedStream(httpcore2.NetworkStream):
    """A connection that ends when its time is over, however busy it is; TLS has its own time."""

    def __init__(self, stream: httpcore2.NetworkStream, seconds: float) -> None:
        self._stream = stream
        self._seconds = seconds
        self._until: float | None = None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002  # httpcore2's signature
        return self._stream.read(max_bytes, self._left(httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002  # httpcore2's signature
        # In pieces: the time is looked at before each, not by one call that sends them all.
        for begin in range(0, len(buffer), 16 * 1024):
            self._stream.write(
                buffer[begin : begin + 16 * 1024], self._left(httpcore2.WriteTimeout)
            )

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, timeout)
        return _TimedStream(inner, self._seconds)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  # httpcore2's signature
        return self._stream.get_extra_info(info)

    def _left(self, too_late: type[Exception]) -> float:
        if self._until is None:
            self._until = time.monotonic() + self._seconds
        left = self._until - time.monotonic()
        if left <= 0:
            raise too_late
        return left


def resolve_name(host: str, port: int) -> Sequence[Address]:
    """Return every address of a host, in the system's order; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(entry[4][0]) for entry in found))


def _look_up(client: WebhookClient, host: str, port: int) -> Sequence[Address]:
    """Resolve a name, in a thread that is left behind when the system's resolver takes too long."""
    answers: queue.SimpleQueue[Sequence[Address] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(client.resolve(host, port))
        except (OSError, ValueError) as error:  # ValueError: no name that could be asked for
            answers.put(error)

    threading.Thread(target=look_up, name="resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=client.limits.connect_seconds)
    except queue.Empty:
        raise Undeliverable(
            f"the host's name was not resolved within {client.limits.connect_seconds:g} s"
        ) from None
    if isinstance(answer, Exception):
        raise Undeliverable(f"the host's name cannot be resolved: {_describe(answer)}")
    return answer


def _port(url: httpx2.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _printable(text: bytes) -> str:
    decoded = text.decode("utf-8", "replace")
    return "".join(
        c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in decoded
    )


def _describe(error: Exception) -> str:
    """Return an error's words without its class, number and line breaks."""
    cause = error.__cause__ or error
    words = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
    return " ".join(words.split())[:200] or type(cause).__name__
