"""A real browser: Debian's Chromium, driven by Playwright from an environment of its own."""

import shutil
import site
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[1]
ENVIRONMENT = ROOT / ".venv-browser"
AXE = ROOT / ".node-axe" / "node_modules" / "axe-core" / "axe.min.js"
PACKAGES = ROOT / "tests" / "browser" / "packages.txt"
FLAGS = (
    "--no-sandbox",  # in a container there are no namespaces to make one with
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE, NARROW = (1280, 900), (360, 780)


class MissingError(Exception):
    """The browser or its driver is not installed; the message says how to get it."""


@contextmanager
def open_browser() -> Iterator["Browser"]:
    """Start Chromium with a profile of its own; raises MissingError."""
    program = shutil.which("chromium")
    if program is None:
        raise MissingError(
            f"Chromium is missing; on Debian: apt-get install {PACKAGES.read_text().strip()}"
        )
    _find_driver()
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # see _find_driver

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def _find_driver() -> None:
    """Let Python find Playwright behind the packages of the project."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = ENVIRONMENT / "lib" / version / "site-packages"
    if not packages.exists() or not AXE.exists():
        raise MissingError("The driver is missing: run `make test-browser`, which installs it")
    site.addsitedir(str(packages))
