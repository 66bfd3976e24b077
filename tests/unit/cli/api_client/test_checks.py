"""What `check_server` says of servers that are not what the address promises."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from cli.api_client.checks import CheckedServer, check_server
from cli.check import check
from devtools.ports import free_port

READY = {"status": "ready", "workers": 2, "ocr_languages": ["de", "en"]}
Answer = tuple[int, dict[str, str], object]


@contextmanager
def serving(answer: Callable[[str, str], Answer]) -> Iterator[str]:
    """Serve the answers of a function of the path and the key; yields the base address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            key = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            status, headers, body = answer(self.path, key)
            content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def pigeonhole(path: str, key: str) -> Answer:
    if path == "/readyz":
        return 200, {}, READY
    if key == "admin" and path.startswith("/api/v1/classifier"):
        return 403, {}, {"detail": "This API key is for administration."}
    if key not in {"good", "admin"}:
        return 401, {}, {"detail": "Invalid API key: this server does not know it."}
    if path.startswith("/api/v1/projects"):
        return 200, {}, [{"name": "Default"}]
    return 200, {}, {"items": []}


def last(found: CheckedServer) -> tuple[str, bool, str]:
    check = found.checks[-1]
    return check.name, check.is_good, f"{check.sentence} {check.advice}"


@pytest.mark.parametrize("path", ["/api/v1", "/docs"])
def test_a_good_server_and_a_path_too_many(path: str) -> None:
    with serving(pigeonhole) as url:
        good, too_long = check_server(url, "good"), check_server(url + path, "good")

    assert good.is_good
    assert [check.name for check in good.checks] == ["server", "ready", "key"]
    assert "2 workers. Languages of OCR: de en." in good.checks[1].sentence
    assert not too_long.is_good
    assert too_long.checks[0].advice == f"Use the base address: {url}"
    assert too_long.checks[1:] == good.checks


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("bad", "this server does not know it"),
        ("admin", "is for administration"),
        ("", "No key is given"),
    ],
)
def test_a_wrong_key(key: str, sentence: str) -> None:
    with serving(pigeonhole) as url:
        name, is_good, text = last(check_server(url, key))

    assert (name, is_good) == ("key", False)
    assert sentence in text


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((404, {}, "Not found"), "answers, but it is not Pigeonhole (status 404)"),
        ((200, {}, {"status": "ok"}), "answers, but it is not Pigeonhole (status 200)"),
        ((302, {"Location": "https://login.example"}, ""), "redirects to https://login.example"),
        ((407, {}, ""), "A proxy answers instead"),
        ((400, {}, "The plain HTTP request was sent to HTTPS port"), "This port speaks https"),
    ],
)
def test_another_server_never_gets_the_key(answer: Answer, sentence: str) -> None:
    keys = []

    def other(_: str, key: str) -> Answer:
        keys.append(key)
        return answer

    with serving(other) as url:
        name, is_good, text = last(check_server(url, "secret"))

    assert (name, is_good) == ("server", False)
    assert sentence in text
    assert set(keys) == {""}


@pytest.mark.parametrize(
    ("ready", "sentence"),
    [
        ((200, {}, {"status": "ready", "workers": 0}), "It has no workers"),
        ((503, {}, {"status": "not ready", "problems": {"broker": "is away"}}), "broker: is away"),
    ],
)
def test_a_server_that_is_not_ready(ready: Answer, sentence: str) -> None:
    with serving(lambda path, key: ready if path == "/readyz" else pigeonhole(path, key)) as url:
        found = check_server(url, "good")

    assert not found.is_good
    assert sentence in found.checks[1].sentence
    assert found.checks[2].is_good, "the key is checked all the same"


def test_https_on_an_http_port() -> None:
    with serving(pigeonhole) as url:
        name, is_good, text = last(check_server(url.replace("http:", "https:"), "good"))

    assert (name, is_good) == ("server", False)
    assert f"This port speaks http. Use {url}" in text


def test_nothing_answers() -> None:
    name, is_good, text = last(check_server(f"http://127.0.0.1:{free_port()}", "good"))

    assert (name, is_good) == ("server", False)
    assert "Nothing answers there" in text


def test_a_proxy_in_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def proxy(_: str, __: str) -> Answer:
        return 502, {"Via": "1.1 proxy"}, "Bad gateway"

    with serving(proxy) as url:
        monkeypatch.setenv("HTTP_PROXY", url)
        monkeypatch.setenv("http_proxy", url)
        name, is_good, text = last(check_server("http://pigeonhole.invalid:8000", "good"))

    assert (name, is_good) == ("server", False)
    assert "A proxy answers instead (status 502). Set NO_PROXY=pigeonhole.invalid" in text


def test_the_argument_is_not_called_an_option() -> None:
    error = CliRunner().invoke(check, ["localhost"]).exception
    assert str(error).startswith("'localhost' is not the address of a server: ")
