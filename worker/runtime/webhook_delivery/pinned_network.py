"""Connections to untrusted hosts: addresses are checked, and every step has a time limit.

A name is resolved once, all of its addresses are checked, and the connection goes to one of them:
DNS cannot give another address between check and connection.
"""

import logging
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import httpcore2

from app.webhooks.policy import Address, AddressPolicy, is_public

Resolve = Callable[[str, int], Sequence[Address]]
"""Returns the addresses of a host name and a port; raises OSError."""

NO_PRIVATE_CONNECTION = "no connection to the private address; the server's log has the reason"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """Time limits of a request, and how much of the answer is read.

    `connect_seconds` applies to the name, the connection and TLS each, `answer_seconds` to the
    request and the whole answer together.
    """

    connect_seconds: float = 5.0
    answer_seconds: float = 10.0
    answer_bytes: int = 64 * 1024

    @property
    def max_seconds(self) -> float:
        """The longest time that one request can take."""
        return 3 * self.connect_seconds + self.answer_seconds


class Undeliverable(Exception):
    """A request was not sent, or not answered; the message completes a sentence.

    `is_final`: a retry would fail in the same way.
    """

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final


class PinnedBackend(httpcore2.NetworkBackend):
    """Connects to an address that was checked; `peer` is that address."""

    def __init__(self, policy: AddressPolicy, limits: Limits, resolve: Resolve) -> None:
        self._policy = policy
        self._limits = limits
        self._resolve = resolve
        self._sockets = httpcore2.SyncBackend()
        self.peer: Address | None = None
        self._is_private = False

    def cover(self, reason: str) -> str:
        """Return why there is no connection, as far as the owner of the webhook may know it.

        Sentences that differ would tell which hosts and ports of a private network are there.
        """
        if not self._is_private:
            return reason
        log.info("no webhook connection to a private address", extra={"reason": reason})
        return NO_PRIVATE_CONNECTION

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        addresses = _resolve_in_time(self._resolve, host, port, self._limits.connect_seconds)
        for address in addresses:
            reason = self._policy.refuse(address)
            if reason is not None:
                raise Undeliverable(f"refused: {reason}", is_final=True)
        self._is_private = not all(is_public(address) for address in addresses)
        until = time.monotonic() + (timeout or self._limits.connect_seconds)
        failure: Exception = httpcore2.ConnectError("the host's name has no address")
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
            return _TimedStream(stream, self._limits.answer_seconds)
        raise failure

    def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002  # httpcore2's signature
        timeout: float | None = None,  # noqa: ARG002  # httpcore2's signature
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002  # httpcore2's signature
    ) -> httpcore2.NetworkStream:
        raise Undeliverable("refused: a URL cannot name a Unix socket", is_final=True)


class _TimedStream(httpcore2.NetworkStream):
    """A connection with a time limit on its whole use; TLS has its own limit."""

    def __init__(self, stream: httpcore2.NetworkStream, seconds: float) -> None:
        self._stream = stream
        self._seconds = seconds
        self._until: float | None = None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002  # httpcore2's signature
        return self._stream.read(max_bytes, self._left(httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002  # httpcore2's signature
        # In pieces, so that the time limit is checked between them.
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


def _resolve_in_time(resolve: Resolve, host: str, port: int, seconds: float) -> Sequence[Address]:
    """Resolve a name in a thread, which is abandoned when the system's resolver takes too long."""
    answers: queue.SimpleQueue[Sequence[Address] | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put(resolve(host, port))
        except (OSError, ValueError) as error:  # ValueError: an invalid host name
            answers.put(error)

    threading.Thread(target=run, name="resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise Undeliverable(f"the host's name was not resolved within {seconds:g} s") from None
    if isinstance(answer, Exception):
        raise Undeliverable(f"the host's name cannot be resolved: {describe_error(answer)}")
    return answer


def describe_error(error: Exception) -> str:
    """Return an error's message without its class, number and line breaks."""
    cause = error.__cause__ or error
    words = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
    return " ".join(words.split())[:200] or type(cause).__name__
