"""The sentences by which readers look up a problem are those of the program."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "how-to" / "troubleshooting.md").read_text(encoding="utf-8")
MIN_WORDS = 3
# Of the official client.
FOREIGN = ("APIConnectionError", "AttributeError")


def quoted() -> list[str]:
    """Return the sentences in the first column of the page's tables, and in its lists."""
    places = re.findall(r"^\| ([^|]+) \|", PAGE, re.MULTILINE)
    places += re.findall(r"^(?:\d\.|-) (.*)", PAGE, re.MULTILINE)
    found = [text for place in places for text in re.findall(r"`([^`]+)`", place)]
    return [
        text
        for text in found
        if len(text.split()) >= MIN_WORDS and not text.startswith((*FOREIGN, "pigeonhole "))
    ]


@pytest.fixture(scope="module")
def sources() -> str:
    """The text of the program, in which sentences of several literals are one."""
    paths = [path for top in ("app", "cli", "worker") for path in (ROOT / top).rglob("*.py")]
    texts = [path.read_text(encoding="utf-8") for path in paths]
    joined = re.sub(r'"\s*\n\s*f?"', "", "\n".join(texts))
    return joined + (ROOT / "requirements" / "install.sh").read_text()


@pytest.mark.parametrize("text", quoted())
def test_the_program_says_so(text: str, sources: str) -> None:
    parts = [part.strip() for part in text.split("...") if part.strip()]
    assert [part for part in parts if part not in sources] == []


def test_sentences_are_found() -> None:
    assert len(quoted()) >= 12
