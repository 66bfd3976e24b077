"""The lines at the top of a document that may be its title."""

from collections.abc import Sequence

from worker.classification.features.text import content_start, normalise_text
from worker.parsing.document import DocumentPage

_MAX_LINES = 5
_MAX_CHARACTERS = 6_000
_MIN_LENGTH, _MAX_LENGTH, _MAX_WORDS = 3, 110, 14


def title_lines(pages: Sequence[DocumentPage]) -> tuple[str, ...]:
    """Return up to 5 short, wordy, different lines of the first page that has text, in order.

    A line qualifies with 3 to 110 characters, at most 14 words and at least half letters.
    """
    for position, page in enumerate(pages):
        start = content_start(page.text, first_page=position == 0)
        text = normalise_text(page.text[start : start + _MAX_CHARACTERS])
        if text:
            return _choose(text.split("\n"))
    return ()


def _choose(lines: Sequence[str]) -> tuple[str, ...]:
    chosen: dict[str, None] = {}
    for raw in lines:
        line = title_of(raw)
        letters = sum(character.isalpha() for character in line)
        is_short = _MIN_LENGTH <= len(line) <= _MAX_LENGTH and len(line.split()) <= _MAX_WORDS
        if is_short and letters >= len(line) / 2:
            chosen.setdefault(line)
            if len(chosen) == _MAX_LINES:
                break
    return tuple(chosen)


def title_of(line: str) -> str:
    """Return a line without marks around it."""
    return line.strip(" #*|\t")
