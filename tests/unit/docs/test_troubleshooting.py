"""The sentences by which readers look up a problem are those of the program."""

import re
from pathlib import Path

import pytest

from devtools.list_messages import list_messages
from devtools.source_tree import read_working_tree

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
def sentences() -> list[str]:
    program = [message.text for message in list_messages(read_working_tree())]
    return [*program, (ROOT / "requirements" / "install.sh").read_text()]


@pytest.mark.parametrize("text", quoted())
def test_the_program_says_so(text: str, sentences: list[str]) -> None:
    parts = [part.strip() for part in text.split("...") if part.strip()]
    assert any(all(part in sentence for part in parts) for sentence in sentences)


def test_sentences_are_found() -> None:
    assert len(quoted()) >= 12
