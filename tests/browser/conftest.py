"""One server, one browser, and guards: no error in the console, no request to anyone else."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devtools.browser import MissingError, open_browser
from devtools.receiver import Receiver
from devtools.server import RunningServer, embedded_server
from tests.browser.screens import Screens

REFUSED = re.compile("status of (40[14]|429)")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    try:
        with open_browser() as browser:
            yield browser
    except MissingError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with embedded_server(tmp_path_factory.mktemp("console") / "data", {"workers": 1}) as server:
        yield server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def page(chromium: Any, server: RunningServer) -> Iterator[Any]:
    context = chromium.new_context(locale="en-GB", base_url=server.base_url)
    page = context.new_page()
    problems: list[str] = []

    def note_request(request: Any) -> None:
        if not request.url.startswith((server.base_url, "blob:", "data:")):
            problems.append(f"asked another origin: {request.url}")

    def note_message(message: Any) -> None:
        # What the server refuses on purpose shows as an error, too: tests look at that themselves.
        if message.type in ("error", "warning") and not REFUSED.search(message.text):
            problems.append(f"{message.type}: {message.text}")

    page.on("request", note_request)
    page.on("console", note_message)
    page.on("pageerror", lambda error: problems.append(f"error: {error}"))
    page.on("dialog", lambda dialog: problems.append(f"dialog: {dialog.message}"))
    yield page
    context.close()
    assert problems == []


@pytest.fixture
def screens(page: Any) -> Screens:
    folder = Path(__file__).parents[2] / "screenshots"
    return Screens(page, folder)
