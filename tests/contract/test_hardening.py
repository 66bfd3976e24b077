"""Slow, huge and malformed requests: none holds a connection for ever or stops other clients."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import httpx2
import pytest
from psutil import Process as SystemProcess

from app.text import ReadableSize
from devtools.server import NO_CERTIFICATES, RunningServer, embedded_server
from devtools.waiting import WAIT_SECONDS

SECONDS = 2.0
# Longer than any answer takes on a busy machine; what never came would take for ever.
LATEST = WAIT_SECONDS
UPLOAD_MAX = 4 * 1024 * 1024
SLOW_UPLOADS = 60
FILES = "/api/v1/beta/files"
V2_JOBS = "/api/v2/classify"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    settings = {
        "workers": 1,
        "request_seconds": SECONDS,
        "upload_max_bytes": UPLOAD_MAX,
        "hsts_seconds": 60,
    }
    folder: Path = tmp_path_factory.mktemp("hard")
    with embedded_server(folder / "data", settings) as running:
        yield running


class Wire:
    """One connection, written to by hand."""

    def __init__(self, server: RunningServer) -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=LATEST)
        self._key = server.api_key

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def head(self, request: str, *headers: str, key: bool = True) -> bytes:
        lines = [f"{request} HTTP/1.1", "Host: here", *headers]
        if key:
            lines.append(f"Authorization: Bearer {self._key}")
        return "\r\n".join([*lines, "", ""]).encode()

    def ask(self, data: bytes, trickle: bytes = b"") -> bytes:
        """Send, then more every 50 ms if there is some; return what came until the close."""
        self.socket.sendall(data)
        answer, rest = b"", memoryview(b"")
        deadline = time.monotonic() + LATEST
        self.socket.settimeout(0.05)
        while time.monotonic() < deadline:
            try:
                received = self.socket.recv(65536)
            except TimeoutError:
                received = None
            except ConnectionError:
                return answer
            if received == b"":
                return answer
            answer += received or b""
            if trickle:
                # A busy server may read slowly: what it leaves goes first the next time.
                rest = rest or memoryview(trickle)
                try:
                    rest = rest[self.socket.send(rest) :]
                except TimeoutError:
                    continue
                except ConnectionError:
                    trickle = b""
        raise AssertionError(f"the server still holds the connection; it said {answer[:100]!r}")


@pytest.fixture
def wire(server: RunningServer) -> Iterator[Wire]:
    with Wire(server) as wire:
        yield wire


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def detail_of(answer: bytes) -> str:
    detail: str = json.loads(answer.partition(b"\r\n\r\n")[2])["detail"]
    return detail


class TestTime:
    def test_a_connection_without_a_request(self, wire: Wire) -> None:
        assert wire.ask(b"") == b""

    def test_empty_lines_for_ever(self, wire: Wire) -> None:
        assert wire.ask(b"\r\n", trickle=b"\r\n") == b""

    @pytest.mark.parametrize("trickle", [b"", b"X-More: a\r\n"])
    def test_half_a_head(self, wire: Wire, trickle: bytes) -> None:
        assert wire.ask(b"GET /livez HTTP/1.1\r\nHost: here\r\n", trickle) == b""

    def test_half_a_head_on_a_connection_that_was_used(self, wire: Wire) -> None:
        answer = wire.ask(wire.head("GET /livez") + b"GET /livez HTTP/1.1\r\n", b"X-More: a\r\n")

        assert answer.startswith(b"HTTP/1.1 200")
        assert answer.count(b"HTTP/1.1") == 1

    @pytest.mark.parametrize("trickle", [b"", b" "])
    @pytest.mark.parametrize("framing", ["Content-Length: 100000", "Transfer-Encoding: chunked"])
    def test_a_body_that_does_not_end(self, wire: Wire, framing: str, trickle: bytes) -> None:
        chunked = framing.startswith("Transfer")
        piece = b"1\r\n \r\n" if trickle and chunked else trickle
        head = wire.head(f"POST {V2_JOBS}", "Content-Type: application/json", framing)

        answer = wire.ask(head, piece)

        assert status_of(answer) == 408
        assert "body" in detail_of(answer)

    def test_a_body_after_the_answer(self, wire: Wire) -> None:
        head = wire.head(f"POST {V2_JOBS}", "Content-Length: 100000", key=False)

        assert status_of(wire.ask(head, b" ")) == 401

    def test_a_fern_client_that_is_slow(self, wire: Wire) -> None:
        head = wire.head(f"POST {V2_JOBS}", "Content-Length: 10", "X-Fern-Language: Python")

        assert status_of(wire.ask(head)) == 408

    def test_slow_uploads_do_not_stop_others(self, server: RunningServer) -> None:
        """More of them than there are threads for requests."""
        part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        stop = threading.Event()
        wires = [Wire(server) for _ in range(SLOW_UPLOADS)]
        kind = "Content-Type: multipart/form-data; boundary=b"
        for wire in wires:
            head = wire.head(f"POST {FILES}", kind, "Content-Length: 1000000")
            wire.socket.sendall(head + part + bytes(100_000))

        def trickle() -> None:
            while not stop.wait(0.2):
                for wire in wires:
                    wire.socket.sendall(bytes(200))

        thread = threading.Thread(target=trickle)
        thread.start()
        try:
            with client_of(server) as client:
                for _ in range(20):
                    # With every thread taken this would wait until the uploads end.
                    assert client.get(FILES).status_code == 200
        finally:
            stop.set()
            thread.join()
            for wire in wires:
                wire.socket.setblocking(False)
                with pytest.raises(BlockingIOError):  # the upload goes on
                    wire.socket.recv(1)
                wire.socket.close()


class TestSize:
    def test_a_head_in_one_endless_line(self, wire: Wire) -> None:
        assert wire.ask(b"GET /livez HTTP/1.1\r\nX: ", trickle=b"a" * 20_000) == b""

    def test_a_head_of_an_ordinary_size(self, wire: Wire) -> None:
        head = wire.head("GET /livez", "Connection: close", *["X: " + "a" * 200] * 60)

        assert status_of(wire.ask(head)) == 200

    @pytest.mark.parametrize("path", [FILES, "/api/v1/files"])
    def test_an_upload_declared_as_5_gb(self, wire: Wire, path: str) -> None:
        kind = "Content-Type: multipart/form-data; boundary=b"
        answer = wire.ask(wire.head(f"POST {path}", kind, "Content-Length: 5000000000"))

        assert status_of(answer) == 413
        assert f"larger than {ReadableSize.of(UPLOAD_MAX)}" in detail_of(answer)

    def test_an_upload_in_chunks_without_end(self, server: RunningServer, wire: Wire) -> None:
        kind = "Content-Type: multipart/form-data; boundary=b"
        part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        chunk = b"%x\r\n" % 2**18 + bytes(2**18) + b"\r\n"
        head = wire.head(f"POST {FILES}", kind, "Transfer-Encoding: chunked")
        memory = SystemProcess(server.api.pid).memory_info().rss

        answer = wire.ask(head + b"%x\r\n" % len(part) + part + b"\r\n", trickle=chunk * 20)

        assert status_of(answer) == 413
        assert SystemProcess(server.api.pid).memory_info().rss - memory < 30 * 2**20
        assert not [*(server.data_dir / "blobs" / "incoming").iterdir()]

    @pytest.mark.parametrize("opening", ["[", '{"a":'])
    def test_json_that_is_very_deep(self, server: RunningServer, opening: str) -> None:
        with client_of(server) as client:
            for path in (V2_JOBS, "/api/v1/classifier/jobs", "/api/v1/beta/configurations"):
                answer = client.post(
                    path,
                    content=opening * 150_000,
                    headers={"Content-Type": "application/json"},
                )
                assert answer.status_code == 400
                assert len(answer.content) < 2000


class TestForm:
    @pytest.mark.parametrize(
        "request_line",
        [
            b"GET /livez HTTP/1.1\r\nHost: a\r\nX : a\r\n\r\n",
            b"GET /li\0vez HTTP/1.1\r\nHost: a\r\n\r\n",
            b"GET /livez HTTP/1.1\r\nX: a\0b\r\n\r\n",
            b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
            b"GET http://[ HTTP/1.1\r\nHost: a\r\n\r\n",
            b"POST /livez HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            b"POST /livez HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            b"POST /livez HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"POST /livez HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nnot a number\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00",
        ],
    )
    def test_invalid_http(self, wire: Wire, request_line: bytes) -> None:
        answer = wire.ask(request_line)

        assert status_of(answer) in {400, 405, 408}
        assert b"Traceback" not in answer

    @pytest.mark.parametrize(
        "path",
        [
            "/%2e%2e/%2e%2e/etc/passwd",
            "/docs/assets/%2e%2e/%2e%2e/%2e%2e/__init__.py",
            "/docs/assets/..%2f..%2fapi.py",
            "/docs/assets/%00",
            "/download/%2e%2e?expires=1&signature=a",
            "/download/%0d%0aX-Evil:%20a?expires=1&signature=a",
        ],
    )
    def test_paths_that_lead_out(self, wire: Wire, path: str) -> None:
        answer = wire.ask(wire.head(f"GET {path}", "Connection: close"))

        assert status_of(answer) in {404, 422}
        assert b"x-evil" not in answer.partition(b"\r\n\r\n")[0].lower()

    def test_a_request_id_that_would_break_the_headers(self, wire: Wire) -> None:
        head = wire.head("GET /livez", "Connection: close", "X-Request-ID: a\tb;c=<x>")

        assert b"<x>" not in wire.ask(head)

    def test_websockets_are_not_spoken(self, wire: Wire) -> None:
        head = wire.head("GET /livez", "Upgrade: websocket", "Connection: Upgrade, close")

        assert status_of(wire.ask(head)) == 200


class TestHeaders:
    @pytest.mark.parametrize("path", ["/livez", "/docs", "/nothing", FILES, "/docs/assets/none"])
    def test_browsers_are_told_what_not_to_do(self, server: RunningServer, path: str) -> None:
        with client_of(server) as client:
            headers = client.get(path).headers

        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["Strict-Transport-Security"] == "max-age=60"

    @pytest.mark.parametrize("path", ["/livez", "/docs", "/nothing", "/api/v1"])
    def test_no_header_names_programs_or_versions(self, server: RunningServer, path: str) -> None:
        with client_of(server) as client:
            headers = client.get(path).headers

        assert not {"server", "x-powered-by", "via"} & set(headers)

    def test_the_page_runs_its_own_scripts_only(self, server: RunningServer) -> None:
        with client_of(server) as client:
            policy = client.get("/docs").headers["Content-Security-Policy"]

        (scripts,) = [rule for rule in policy.split("; ") if rule.startswith("script-src")]
        assert "'self' 'sha256-" in scripts
        assert "unsafe" not in scripts


def test_the_server_is_as_it_was(server: RunningServer) -> None:
    with client_of(server) as client:
        assert client.get("/readyz").json()["status"] == "ready"
        assert client.post(FILES, files={"file": ("a.txt", b"a")}).status_code == 201
    assert "Traceback" not in server.output()


def client_of(server: RunningServer) -> httpx2.Client:
    return httpx2.Client(
        base_url=server.base_url,
        headers={"Authorization": f"Bearer {server.api_key}"},
        trust_env=False,
        timeout=LATEST,
        verify=NO_CERTIFICATES,
    )
