"""The metrics of a host that has workers and no API, on a port of their own."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST

from app.errors import StartupError
from app.observability.metrics_access import REFUSED, is_loopback, may_read
from app.observability.multiprocess import render
from app.settings import Settings


@contextmanager
def serve_metrics(settings: Settings) -> Iterator[None]:
    """Serve what the processes of this host count, from a thread, until the block ends.

    Nothing of the queue: the API tells that, and this process is to fork, which database
    connections would not survive. Does nothing without `metrics_port`. Raises StartupError where
    the port cannot be had, or nobody could read it.
    """
    if not settings.metrics_port:
        yield
        return
    if not is_loopback(settings.host) and not settings.metrics_token.get_secret_value():
        raise StartupError(
            "PIGEONHOLE_METRICS_TOKEN is not set: other machines need it to read the metrics"
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
    class Handler(BaseHTTPRequestHandler):
        # Nobody holds a thread for longer by sending nothing.
        timeout = 10

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            if self.path.partition("?")[0] != "/metrics":
                self._answer(404, "text/plain", b"There is only /metrics.\n")
            elif not may_read(settings, headers, self.client_address[0]):
                self._answer(401, "text/plain", f"{REFUSED}\n".encode())
            else:
                self._answer(200, CONTENT_TYPE_LATEST, render())

        def log_message(self, *_: object) -> None:
            """Say nothing: the scraper comes every few seconds."""

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if status == 401:
                self.send_header("WWW-Authenticate", "Bearer")
            self.end_headers()
            self.wfile.write(body)

    return Handler
