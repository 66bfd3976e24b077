"""What a clerk does on many pages of the console."""

import csv
import io
from typing import Any

from devtools.server import RunningServer

ENDED = "#progress-text.success, #progress-text.partial_success"


def sign_in(page: Any, server: RunningServer) -> None:
    page.goto("/")
    page.get_by_label("API key").fill(server.api_key)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="What is each document?").wait_for()


def write_rule(page: Any, position: int, type_: str, description: str) -> None:
    if position >= page.locator("[data-rule]").count():
        page.get_by_role("button", name="Add a rule").click()
    card = page.locator("[data-rule]").nth(position)
    card.get_by_label("Type").fill(type_)
    card.get_by_label("What is it?").fill(description)


def run(page: Any) -> None:
    before = page.url
    page.get_by_role("button", name="Classify").click()
    # The table may have the verdicts of an earlier job.
    page.wait_for_url(lambda url: url != before)
    page.locator(ENDED).wait_for(timeout=180_000)


def follow(page: Any, name: str) -> None:
    """Click a link that the next page has too, and wait for that page."""
    with page.expect_navigation():
        page.get_by_role("link", name=name).click()


def type_of(page: Any, name: str) -> str:
    row = page.locator("#items tbody tr.done").filter(has_text=name)
    return str(row.locator(".cell-type").inner_text())


def download_table(page: Any) -> dict[str, dict[str, str]]:
    """Return the rows of a job's CSV by the names of the files."""
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    table = io.StringIO(download.value.path().read_text("utf-8-sig"))
    return {row["file"]: row for row in csv.DictReader(table)}
