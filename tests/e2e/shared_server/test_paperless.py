"""The script for paperless-ngx sets the type that a server finds, at an API like paperless'."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from devtools.client import Client
from devtools.server import RunningServer

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "deploy" / "paperless" / "post-consume.py"

# A client of the API, which is the same in both modes.
pytestmark = pytest.mark.parametrize("shared_server", ["embedded"], indirect=True, scope="package")


class Paperless(ThreadingHTTPServer):
    """Has the document type `Invoice` and notes every request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[tuple[str, str, object]] = []


class _Handler(BaseHTTPRequestHandler):
    server: Paperless

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PATCH(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        assert self.headers["Authorization"] == "Token a-token"
        self.server.requests.append((self.command, self.path, json.loads(body or "null")))
        known = [{"id": 7, "name": "Invoice"}] if "invoice" in self.path else []
        answer = json.dumps({"results": known} if self.command == "GET" else {"id": 8}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def paperless() -> Iterator[Paperless]:
    with Paperless() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def consume(paperless: Paperless, server: RunningServer, name: str, **given: str) -> str:
    """Run the script as paperless does after a document; returns its log."""
    settings = {
        "PIGEONHOLE_URL": server.base_url,
        "PIGEONHOLE_API_KEY": server.api_key,
        "PIGEONHOLE_RULES": str(ROOT / "samples" / "rules.yaml"),
        "PAPERLESS_API_URL": f"http://127.0.0.1:{paperless.server_address[1]}",
        "PAPERLESS_API_TOKEN": "a-token",
        "DOCUMENT_ID": "12",
        "DOCUMENT_SOURCE_PATH": str(ROOT / "samples" / name),
        "DOCUMENT_ORIGINAL_FILENAME": f'a "scan" {name}',
    }
    done = subprocess.run(
        [sys.executable, SCRIPT],
        env={**os.environ, "no_proxy": "127.0.0.1", **settings, **given},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout + done.stderr


def test_each_document_gets_its_type(
    server: RunningServer, client: Client, paperless: Paperless
) -> None:
    known = consume(paperless, server, "HS-20614.pdf")
    new = consume(paperless, server, "lentil-soup.txt")
    nothing = consume(paperless, server, "low-water.txt")
    broken = consume(paperless, server, "scan-0093.pdf")

    assert "document 12 is of the type invoice" in known
    assert "document 12 is of the type recipe" in new
    assert "no rule fits" in nothing
    assert "the document keeps no type" in broken
    assert "the file is damaged" in broken
    assert paperless.requests == [
        ("GET", "/api/document_types/?name__iexact=invoice", None),
        ("PATCH", "/api/documents/12/", {"document_type": 7}),
        ("GET", "/api/document_types/?name__iexact=recipe", None),
        ("POST", "/api/document_types/", {"name": "recipe", "matching_algorithm": 0}),
        ("PATCH", "/api/documents/12/", {"document_type": 8}),
    ]
    names = [file["name"] for file in client.http.get("/api/v1/beta/files").json()["items"]]
    assert not any('"scan"' in name or "%22scan%22" in name for name in names)


def test_a_document_with_a_type_keeps_it(server: RunningServer, paperless: Paperless) -> None:
    said = consume(paperless, server, "HS-20614.pdf", DOCUMENT_TYPE="Letter")

    assert "has the type Letter already" in said
    assert paperless.requests == []


def test_a_server_that_is_away_does_not_stop_paperless(
    server: RunningServer, paperless: Paperless
) -> None:
    said = consume(paperless, server, "HS-20614.pdf", PIGEONHOLE_URL="http://127.0.0.1:1")

    assert "Pigeonhole at http://127.0.0.1:1 does not answer" in said
    assert paperless.requests == []
