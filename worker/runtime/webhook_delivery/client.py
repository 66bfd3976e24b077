"""HTTP client for untrusted receivers.

It connects as `pinned_network` allows, follows no redirects, decompresses nothing, and reads no
proxies from the environment.
"""

import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

import httpcore2
import httpx2

from app.webhooks.policy import AddressPolicy, InvalidUrl, is_public, parse_url
from worker.runtime.webhook_delivery.pinned_network import (
    Limits,
    PinnedBackend,
    Resolve,
    Undeliverable,
    describe_error,
    resolve_name,
)

EXCERPT_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """A receiver's answer; `excerpt` is None unless its address is public."""

    status: int
    retry_after: str | None
    excerpt: str | None


@dataclass(frozen=True, slots=True)
class WebhookClient:
    """Sends requests to addresses that the policy allows."""

    policy: AddressPolicy
    limits: Limits = field(default_factory=Limits)
    resolve: Resolve = resolve_name
    tls: ssl.SSLContext = field(default_factory=httpcore2.default_ssl_context)

    def post(self, url: str | None, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a body and return the answer of any status; raises Undeliverable."""
        try:
            target = parse_url(url)
        except InvalidUrl as error:
            raise Undeliverable(str(error), is_final=True) from None
        backend = PinnedBackend(self.policy, self.limits, self.resolve)
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
            reason = f"no connection within {self.limits.connect_seconds:g} s"
            raise Undeliverable(backend.cover(reason)) from None
        except httpcore2.TimeoutException:
            raise Undeliverable(f"no answer within {self.limits.answer_seconds:g} s") from None
        except httpcore2.ConnectError as error:
            raise Undeliverable(backend.cover(f"no connection: {describe_error(error)}")) from None
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            raise Undeliverable(f"the connection was lost: {describe_error(error)}") from None

    def _exchange(
        self,
        connection: httpcore2.HTTPConnection,
        backend: PinnedBackend,
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
            beginning = self._read_beginning(response)
            retry_after = found.get(b"retry-after")
            is_plain = found.get(b"content-encoding", b"identity").lower() == b"identity"
            is_shown = backend.peer is not None and is_public(backend.peer) and is_plain
            return Answer(
                response.status,
                None if retry_after is None else retry_after.decode("latin-1"),
                _printable(beginning[:EXCERPT_BYTES]) if is_shown and beginning else None,
            )

    def _read_beginning(self, response: httpcore2.Response) -> bytes:
        """Read the answer up to its limit; an error ends the reading, as the status is known."""
        beginning = b""
        try:
            for chunk in response.iter_stream():
                beginning += chunk
                if len(beginning) >= self.limits.answer_bytes:
                    break
        except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError):
            pass
        return beginning


def _port(url: httpx2.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _printable(text: bytes) -> str:
    decoded = text.decode("utf-8", "replace")
    return "".join(
        c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in decoded
    )
