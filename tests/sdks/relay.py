"""A gateway between an SDK and the server that loses responses, or tells of no job's end."""

import json
import re
import threading
import time
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

# What the client gets for its first POST of a job, by the first part of the path.
LOST = {
    "unavailable": (503, {"Retry-After": "1"}),
    "closed": None,
}
JOBS = ("/api/v1/classifier/jobs", "/api/v2/classify")
STATUS = re.compile(rb'"status": ?"[A-Z_]+"')
_HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}


class Relay(ThreadingHTTPServer):
    """Forwards `/TROUBLE/NAME/api/...` to the server's `/api/...`.

    The first POST of a job below each such prefix reaches the server, but its answer is lost: the
    client sees 503 with `Retry-After`, or a connection that ends. `GET /TROUBLE/NAME/posts` tells
    the seconds at which POSTs of jobs came, counted from the first. Below `/pending/NAME` nothing
    is lost, and every job is PENDING.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, server_port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = server_port
        self.posts: dict[str, list[float]] = {}
        self.lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def count(self, prefix: str) -> int:
        """Note a POST of a job; return how many there are now below its prefix."""
        with self.lock:
            moments = self.posts.setdefault(prefix, [])
            moments.append(time.monotonic())
            return len(moments)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Do not log clients that disconnect."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Relay

    def do_GET(self) -> None:
        _, trouble, name, rest = self.path.split("/", 3)
        prefix, path = f"{trouble}/{name}", f"/{rest}"
        if path == "/posts":
            moments = self.server.posts.get(prefix, [])
            waits = [round(moment - moments[0], 2) for moment in moments]
            self._answer(200, {"Content-Type": "application/json"}, json.dumps(waits).encode())
            return
        status, headers, body = self._forward(path)
        if trouble == "pending":
            self._answer(status, headers, STATUS.sub(b'"status":"PENDING"', body))
            return
        is_job = self.command == "POST" and path.partition("?")[0] in JOBS
        if not is_job or self.server.count(prefix) > 1:
            self._answer(status, headers, body)
        elif (lost := LOST[trouble]) is None:
            self.close_connection = True
        else:
            self._answer(*lost, b"")

    def do_POST(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _forward(self, path: str) -> tuple[int, dict[str, str], bytes]:
        body = self._body()
        connection = HTTPConnection("127.0.0.1", self.server.target, timeout=60)
        kept = {
            name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP
        }
        connection.request(self.command, path, body or None, kept)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, dict(answer.getheaders()), content

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
