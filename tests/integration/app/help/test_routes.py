"""/help: open to everyone, with a policy that lets nothing run."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.db import Database
from app.help.rendering import POLICY
from tests.integration.application import Api, new_client

# The pages know no database: one is enough.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

HOSTILE = "<script>alert(1)</script>\"'{{7*7}}"


@pytest.fixture
def visitor(api: Api) -> TestClient:
    return new_client(api.app, follow_redirects=False)


def test_the_first_page_needs_no_key(visitor: TestClient) -> None:
    for address in ("/help", "/help/"):
        sent = visitor.get(address)
        assert (sent.status_code, sent.headers["location"]) == (307, "/help/index.html")
    page = visitor.get("/help/index.html")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert "<h1" in page.text
    assert 'href="how-to/ocr.html"' in page.text


@pytest.mark.parametrize(
    ("address", "media_type"),
    [
        ("how-to/ocr.html", "text/html; charset=utf-8"),
        ("reference/openapi.json", "application/json"),
        ("pictures/console-result.png", "image/png"),
        ("theme.css", "text/css; charset=utf-8"),
        ("help.css", "text/css; charset=utf-8"),
        ("logo.svg", "image/svg+xml"),
    ],
)
def test_pages_and_their_files_are_served(
    visitor: TestClient, address: str, media_type: str
) -> None:
    answer = visitor.get(f"/help/{address}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert visitor.head(f"/help/{address}").status_code == 200


@pytest.mark.parametrize(
    "address", ["nothing.html", "README.md", "%2e%2e/pyproject.toml", "how-to//ocr.html"]
)
def test_nothing_else_is_served(visitor: TestClient, address: str) -> None:
    answer = visitor.get(f"/help/{address}")
    assert answer.status_code == 404
    assert answer.json() == {"detail": "There is no such page. /help lists all pages."}


def test_words_are_found(visitor: TestClient) -> None:
    answer = visitor.get("/help/search", params={"q": "tesseract language"})
    assert answer.headers["content-security-policy"] == POLICY
    assert '<a href="how-to/ocr.html#install-languages">' in answer.text
    assert "No section has all" in visitor.get("/help/search?q=walrus").text
    assert visitor.get("/help/search").status_code == 200


def test_a_query_is_shown_as_text(visitor: TestClient) -> None:
    page = visitor.get("/help/search", params={"q": HOSTILE}).text
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "{{7*7}}" in page


@pytest.fixture
def below_a_prefix(database: Database, tmp_path: Path) -> TestClient:
    app = Api(database, tmp_path, root_path="/pigeonhole").app
    return new_client(app, follow_redirects=False)


def test_a_path_prefix_is_kept(below_a_prefix: TestClient) -> None:
    for address in ("/help", "/pigeonhole/help"):
        location = below_a_prefix.get(address).headers["location"]
        assert location == "/pigeonhole/help/index.html"
    page = below_a_prefix.get("/pigeonhole/help/how-to/ocr.html")
    assert 'href="../index.html"' in page.text
    assert '<a href="/pigeonhole/docs">API</a>' in page.text


def test_the_log_has_a_template_and_not_the_path(
    visitor: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="app.access")
    visitor.get("/help/how-to/ocr.html")
    assert [record.route for record in caplog.records if record.name == "app.access"] == [  # type: ignore[attr-defined]
        "/help/{address}"
    ]
