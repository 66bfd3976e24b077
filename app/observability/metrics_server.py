"""Permission to read metrics, and the metrics port of hosts that run workers only."""

import hmac
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from prometheus_client import CONTENT_TYPE_LATEST

from app.addresses import is_loopback
from app.errors import StartupError
from app.observability.disk import DiskGauge
from app.observability.multiprocess import render_metrics
from app.settings import Settings

# They cover all customers, so no API key opens them.
REFUSED = (
    "The metrics need 'Authorization: Bearer <PIGEONHOLE_METRICS_TOKEN>'. Without a token they "
    "are served to this machine only, by a server that listens on loopback."
)
# A proxy on this machine connects from loopback for clients that are elsewhere.
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
# A client that sends nothing holds a thread no longer than this.
CLIENT_SECONDS = 10


def may_read(settings: Settings, headers: Mapping[str, str], client: str | None) -> bool:
    """Tell whether a request from the address `client` may read the metrics.

    The names of `headers` are in lower case.
    """
    token = settings.metrics_token.get_secret_value()
    if token:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(
            given.strip().encode(), token.encode()
        )
    is_behind_proxy = settings.public_url or settings.root_path
    is_forwarded = any(name in headers for name in FORWARDED)
    if is_behind_proxy or is_forwarded:
        return False
    # The Host header keeps out web pages whose name resolves to this machine.
    try:
        requested = urlsplit("//" + headers.get("host", "")).hostname
    except ValueError:  # half an IPv6 address
        return False
    return is_loopback(settings.host) and is_loopback(client) and is_loopback(requested)


@contextmanager
def serve_metrics(settings: Settings) -> Iterator[None]:
    """Serve the metrics of this host's processes from a thread until the block ends.

    Does nothing without `metrics_port`. The metrics of the queue are left to the API: this
    process forks, which a database connection would not survive. Raises StartupError if the
    port is not available or no request could be allowed.
    """
    if not settings.metrics_port:
        yield
        return
    if not is_loopback(settings.host) and not settings.metrics_token.get_secret_value():
        raise StartupError(
            "PIGEONHOLE_METRICS_TOKEN is required to serve metrics to other machines: set it"
        )
    try:
        kind = _ServerOfIpv6 if ":" in settings.host else _Server
        server = kind((settings.host, settings.metrics_port), _handler(settings))
    except OSError as error:
        raise StartupError(
            f"PIGEONHOLE_METRICS_PORT: cannot listen on {settings.host}, port "
            f"{settings.metrics_port} ({error.strerror or error})"
        ) from None
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True


class _ServerOfIpv6(_Server):
    address_family = socket.AF_INET6


def _handler(settings: Settings) -> type[BaseHTTPRequestHandler]:
    disk = DiskGauge(settings)

    class Handler(BaseHTTPRequestHandler):
        timeout = CLIENT_SECONDS

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            if self.path.partition("?")[0] != "/metrics":
                self._answer(404, "text/plain", b"Not found. The metrics are at /metrics.\n")
            elif not may_read(settings, headers, self.client_address[0]):
                self._answer(401, "text/plain", f"{REFUSED}\n".encode())
            else:
                self._answer(200, CONTENT_TYPE_LATEST, render_metrics(*disk.read()))

        def log_message(self, *_: object) -> None:
            """Log nothing: a scraper comes every few seconds."""

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if status == 401:
                self.send_header("WWW-Authenticate", "Bearer")
            self.end_headers()
            self.wfile.write(body)

    return Handler
