"""The help as people read it: found by a search, and with nothing that axe-core objects to."""

from typing import Any

from tests.browser.screens import Screens


def test_a_reader_finds_a_page(page: Any, screens: Screens) -> None:
    page.goto("/help")
    page.get_by_role("link", name="Quickstart").first.click()
    page.get_by_role("heading", name="Change one line").wait_for()

    page.get_by_role("searchbox").fill("delivery log")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Read the delivery log").click()

    assert page.url.endswith("/help/how-to/webhooks.html#read-the-delivery-log")
    screens.look("help")
