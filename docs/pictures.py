"""Take the pictures of the console that the README shows: `make pictures`.

A server on an empty folder, the samples, and a browser. The files are small: 256 colours.
"""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from devtools.browser import MissingError, open_browser
from devtools.server import embedded_server

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER = Path(__file__).parent / "pictures"
SAMPLES = Path(__file__).parents[1] / "samples"
FILES = (
    "R-2026-0417.pdf",
    "HS-20614.pdf",
    "ife-marlowe.docx",
    "irrigation.pdf",
    "bottles.eml",
    "low-water.txt",
)
RULES = {
    "invoice": "A supplier's bill with an invoice number, line items and a total to pay.",
    "contract": "An agreement between parties with numbered clauses and signatures.",
    "resume": "A CV of one person that lists work experience, education and skills.",
}
SIZE = {"width": 1120, "height": 760}
COLOURS = 256


def main() -> None:
    """Write the two pictures."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder) / "data"
        settings = {"console_sign_in": "automatic", "workers": 1}
        with embedded_server(data_dir, settings) as server, open_browser() as browser:
            page = browser.new_context(base_url=server.base_url, viewport=SIZE).new_page()
            page.goto("/")
            _take_verdicts(page)
            _take_result(page)


def _take_verdicts(page: "Page") -> None:
    page.set_input_files("#pick", [str(SAMPLES / name) for name in FILES])
    for position, (type_, description) in enumerate(RULES.items()):
        if position:
            page.locator("#add-rule").click()
        card = page.locator("[data-rule]").nth(position)
        card.locator("[data-type]").fill(type_)
        card.locator("[data-description]").fill(description)
    page.locator("#run").click()
    page.locator("#progress-text.success").wait_for(timeout=180_000)
    # All in one picture: the documents, the rules and the verdicts.
    height = page.evaluate("document.querySelector('#items').getBoundingClientRect().bottom")
    top = page.evaluate("scrollY")
    page.set_viewport_size({"width": SIZE["width"], "height": int(height + top) + 24})
    page.evaluate("scrollTo(0, 0)")
    page.mouse.move(0, 0)
    _keep(page, "console-verdicts")


def _take_result(page: "Page") -> None:
    page.set_viewport_size(SIZE)
    page.get_by_role("link", name=FILES[0]).click()
    page.locator(".sheet svg rect").first.wait_for(timeout=180_000)
    _keep(page, "console-result")


def _keep(page: "Page", name: str) -> None:
    path = FOLDER / f"{name}.png"
    page.screenshot(path=str(path))
    picture = Image.open(path).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)


if __name__ == "__main__":
    try:
        main()
    except MissingError as error:
        sys.exit(str(error))
