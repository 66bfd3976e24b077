"""Choosing the words of the document that support a rule."""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from app.jobs.values import Quote
from worker.classification.embedders.base import Vectors
from worker.classification.features.chunks import Chunk
from worker.classification.features.text import is_readable, normalise_text
from worker.classification.scoring.embedded_document import EmbeddedDocument
from worker.classification.scoring.space import DocumentVectors, EmbeddingSpace
from worker.parsing.document import DocumentPage

MAX_QUOTE = 160
_MAX_LINES = 40
_MIN_LINE = 12
_BREAK = re.compile(r"\n|(?<=[.!?;])\s+|(?<=[。！？；؟])")


def choose_quote(
    document: EmbeddedDocument,
    vectors: DocumentVectors,
    space: EmbeddingSpace,
    direction: Vectors,
) -> Quote | None:
    """Return the line or sentence that supports the top rule most.

    `direction` (D,) is the top rule's centred description in `space`, less that of the
    runner-up if there is one; `vectors` are the document's in that space. First the chunk with
    the largest product is chosen, then a line in it. A line is a verbatim part of the page's
    text of at most 160 characters. None when the chunk has no readable line.
    """
    chunk = document.chunks[int(np.argmax(vectors.chunks @ direction))]
    page = _page_of(document.document.pages, chunk)
    lines = list(_lines(page.text[chunk.start : chunk.end]))[:_MAX_LINES]
    longer = [line for line in lines if len(line) >= _MIN_LINE]
    # A date or a number says nothing to a reader.
    lines = [line for line in longer if _has_words(line)] or longer or lines
    if not lines:
        return None
    embedded = document.passage_vectors(space.embedder, [normalise_text(line) for line in lines])
    centred = space.centre_titles(embedded)
    return Quote(chunk.page, lines[int(np.argmax(centred @ direction))])


def _page_of(pages: Sequence[DocumentPage], chunk: Chunk) -> DocumentPage:
    return next(page for page in pages if page.index == chunk.page)


def _lines(text: str) -> Iterator[str]:
    for part in _BREAK.split(text):
        line = _shortened(part.strip())
        if is_readable(line):
            yield line


def _shortened(line: str) -> str:
    """Return at most 160 characters of the line, cut between words if possible."""
    if len(line) <= MAX_QUOTE:
        return line
    cut = line[: MAX_QUOTE + 1].rfind(" ")
    return line[: cut if cut > MAX_QUOTE // 2 else MAX_QUOTE].rstrip()


def _has_words(line: str) -> bool:
    """Tell whether more than half of the characters, blanks aside, are letters."""
    written = line.split()
    letters = sum(character.isalpha() for word in written for character in word)
    return letters * 2 > sum(map(len, written))
