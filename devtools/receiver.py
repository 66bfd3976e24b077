"""A receiver of webhooks over real sockets; the query of the path sets its answer."""

import gzip
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from devtools.waiting import WAIT_SECONDS, until

BOMB = gzip.compress(bytes(10_000_000))


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    def event(self) -> dict[str, Any]:
        """Return the event, whichever way it is wrapped."""
        value = json.loads(self.body)
        return dict(json.loads(value) if isinstance(value, str) else value)


class Receiver(ThreadingHTTPServer):
    """Listens on a free loopback port and keeps what it gets.

    The query of a path says what is answered: `?status=500&times=2` for the first two requests
    of that path, `header=Retry-After:7`, `do=hang|drip|flood|bomb|redirect&to=URL`.
    """

    daemon_threads = True
    # Connections that tests cut off must not make the receiver fail.
    block_on_close = False

    def __init__(self, host: str = "127.0.0.1") -> None:
        super().__init__((host, 0), _Handler)
        self.received: list[Received] = []
        self.released = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def keep(self, received: Received) -> int:
        """Keep a request; return how many of this path there were before."""
        with self._lock:
            before = sum(one.path == received.path for one in self.received)
            self.received.append(received)
            return before

    def at(self, path: str) -> list[Received]:
        """Return what came to a path, whatever its query."""
        with self._lock:
            return [one for one in self.received if urlsplit(one.path).path == path]

    def wait_for(self, is_enough: Callable[[Self], object], seconds: float = WAIT_SECONDS) -> None:
        """Wait until enough has come."""
        until(lambda: is_enough(self), "requests to the receiver", seconds)

    def handle_error(self, request: object, client_address: object) -> None:
        """Do not log senders that disconnect."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Receiver
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        received = Received(self.path, dict(self.headers.items()), self.rfile.read(length))
        before = self.server.keep(received)
        wanted = dict(parse_qsl(urlsplit(self.path).query))
        self.close_connection = True
        does = wanted.get("do", "answer")
        status = int(wanted.get("status", 200))
        if before >= int(wanted.get("times", 1_000_000)):
            does, status = "answer", 200
        getattr(self, f"_{does}")(status, wanted)

    def _answer(self, status: int, wanted: dict[str, str]) -> None:
        body = wanted.get("body", "thank you").encode()
        self._begin(status, str(len(body)), wanted)
        self.wfile.write(body)

    def _redirect(self, _: int, wanted: dict[str, str]) -> None:
        self._begin(307, "0", {"header": f"Location:{wanted['to']}"})

    def _hang(self, _: int, __: dict[str, str]) -> None:
        self.server.released.wait()

    def _drip(self, status: int, _: dict[str, str]) -> None:
        """Send a status line, letter by letter, and never come to its end."""
        line = f"HTTP/1.1 {status} " + "x" * 10_000
        for letter in line:
            self.wfile.write(letter.encode())
            if self.server.released.wait(0.02):
                return

    def _flood(self, status: int, wanted: dict[str, str]) -> None:
        self._begin(status, str(10**9), wanted)
        while not self.server.released.is_set():
            self.wfile.write(b"x" * 65536)

    def _bomb(self, status: int, wanted: dict[str, str]) -> None:
        self._begin(status, str(len(BOMB)), {**wanted, "header": "Content-Encoding:gzip"})
        self.wfile.write(BOMB)

    def _begin(self, status: int, length: str, wanted: dict[str, str]) -> None:
        self.send_response(status)
        if "header" in wanted:
            self.send_header(*wanted["header"].split(":", 1))
        self.send_header("Content-Length", length)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""
