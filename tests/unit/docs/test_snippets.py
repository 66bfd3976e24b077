"""The snippets for the official clients are what the drivers of the SDKs run, word for word."""

import re
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[3]
DRIVERS = ROOT / "tests" / "sdks" / "drivers"
PAGE = ROOT / "docs" / "how-to" / "extensions.md"
SHOWN = re.findall(r"```(python|js)\n(.+?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
SUFFIXES = {"python": ".py", "js": ".mjs"}


def run_by_drivers(language: str) -> set[str]:
    """Return what stands between scissors in the drivers of a language."""
    return {
        dedent(code)
        for driver in DRIVERS.glob(f"*{SUFFIXES[language]}")
        for code in re.findall(
            r"^ *(?:#|//) 8< .+\n((?:.*\n)+?) *(?:#|//) >8$", driver.read_text(), re.MULTILINE
        )
    }


@pytest.mark.parametrize(("language", "code"), SHOWN)
def test_every_snippet_is_run(language: str, code: str) -> None:
    assert code in run_by_drivers(language)


def test_everything_between_scissors_is_shown() -> None:
    every = run_by_drivers("python") | run_by_drivers("js")
    assert len(every) == len(SHOWN) > 0
    assert every == {code for _, code in SHOWN}
