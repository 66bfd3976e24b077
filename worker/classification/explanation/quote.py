"""Choosing the words of the document that speak for a rule."""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from worker.classification.embedders.base import Vectors
from worker.classification.explanation.evidence import Quote
from worker.classification.features.chunks import Chunk
from worker.classification.features.text import is_readable, normalise_text
from worker.classification.scoring.scorer import Reading, Seen, View
from worker.parsing.document import DocumentPage

MAX_QUOTE = 160
_MAX_LINES = 40
_MIN_LINE = 12
_BREAK = re.compile(r"\n|(?<=[.!?;])\s+|(?<=[。！？；؟])")


def choose_quote(
    reading: Reading, seen: Seen, view: View, top: Vectors, runner_up: Vectors | None
) -> Quote | None:
    """Return the line or sentence that sets the top rule most apart from the runner-up.

    `top` and `runner_up` are descriptions, shape (D,), centred in `view`, and `seen` is the
    document in it. First the chunk with the largest difference of cosines is chosen, then a line
    in it; a line is a verbatim part of the page's text of at most 160 characters. None when the
    chunk holds no readable line.
    """
    direction = top if runner_up is None else top - runner_up
    chunk = reading.chunks[int(np.argmax(seen.chunks @ direction))]
    page = _page_of(reading.document.pages, chunk)
    lines = list(_lines(page.text[chunk.start : chunk.end]))[:_MAX_LINES]
    longer = [line for line in lines if len(line) >= _MIN_LINE]
    lines = longer or lines
    if not lines:
        return None
    embedded = view.embedder.embed([normalise_text(line) for line in lines], "passage")
    vectors = view.space.titles(embedded)
    return Quote(lines[int(np.argmax(vectors @ direction))], chunk.page)


def _page_of(pages: Sequence[DocumentPage], chunk: Chunk) -> DocumentPage:
    return next(page for page in pages if page.index == chunk.page)


def _lines(text: str) -> Iterator[str]:
    for part in _BREAK.split(text):
        line = _shortened(part.strip())
        if is_readable(line):
            yield line


def _shortened(line: str) -> str:
    """Return at most 160 characters of the line, cut between words where there are any."""
    if len(line) <= MAX_QUOTE:
        return line
    cut = line[: MAX_QUOTE + 1].rfind(" ")
    return line[: cut if cut > MAX_QUOTE // 2 else MAX_QUOTE].rstrip()
