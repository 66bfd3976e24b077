"""Choosing the words of the document that support a rule, without embedding any of them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from app.jobs.values import Quote
from worker.classification.embedders.base import Vectors
from worker.classification.features.chunks import Chunk
from worker.classification.features.text import is_readable, normalise_text
from worker.classification.features.titles import title_of
from worker.classification.knowledge.names import FoundName
from worker.classification.scoring.document_text import DocumentText
from worker.classification.scoring.lexical import LexicalChannel
from worker.classification.scoring.space import DocumentVectors
from worker.parsing.document import Document, DocumentPage

MAX_QUOTE = 160
_MAX_LINES = 40
_MIN_LINE = 12
# No sentence ends after an initial or the number of a day, as in "R. Obi" and "9. März".
_BREAK = re.compile(r"\n|(?<=[.!?;])(?<!\b\w\.)(?<!\b\d\d\.)\s+|(?<=[。！？；؟])")
# What stands before the words of a line: bullets, also of fonts of symbols, marks of Markdown, the
# end of another sentence.
_BEFORE_WORDS = re.compile(r"(?:[,;:.!?\"'”’»|>#*•·▪◦●○■□►▶✓\ue000-\uf8ff–—-]+\s+)+")
# The rarity of a line of some six words: a shorter line does not win by being short.
_USUAL_RARITY = 30.0


@dataclass(frozen=True, slots=True)
class Support:
    """What speaks for the top rule.

    `direction` (D,) is its centred description, less that of the runner-up if there is one, in
    the space of `vectors`, the document's. `words` are those of the rule. `name` is where the
    document calls itself by the rule's name or one that speaks for it, and `phrases` say that it
    does what such documents do.
    """

    vectors: DocumentVectors
    direction: Vectors
    words: frozenset[str]
    name: FoundName | None
    phrases: tuple[str, ...]


def choose_quote(
    document: Document, text: DocumentText, support: Support, lexical: LexicalChannel
) -> Quote | None:
    """Return the line or sentence that supports the top rule most.

    It is the line in which the document calls itself so, and otherwise one of the chunk that has a
    phrase or is nearest to `direction`: a phrase counts, rare words of the rule, and how near a
    title line is. A line is a verbatim part of the page's text of at most 160 characters, without a
    bullet before it. None when the chunk has no readable line.
    """
    if support.name is not None:
        page = next(page for page in document.pages if is_readable(page.text))
        if support.name.line in page.text:
            return Quote(page.index, support.name.line)
    vectors, direction = support.vectors, support.direction
    nearest = text.chunks[int(np.argmax(vectors.chunks @ direction))]
    chunk = _chunk_with(support.phrases, text.chunks, document.pages) or nearest
    page = _page_of(document.pages, chunk)
    lines = list(_lines(page.text[chunk.start : chunk.end]))[:_MAX_LINES]
    longer = [line for line in lines if len(line) >= _MIN_LINE]
    # A date or a number says nothing to a reader.
    lines = [line for line in longer if _has_words(line)] or longer or lines
    if not lines:
        return None
    titles = dict(zip(text.titles, (vectors.titles @ direction).tolist(), strict=False))
    supports = [
        titles.get(title_of(normalise_text(line)), 0.0)
        + _rarity(line, support.words, lexical)
        + any(phrase in line for phrase in support.phrases)
        for line in lines
    ]
    best = lines[int(np.argmax(supports))]
    marks = _BEFORE_WORDS.match(best)
    return Quote(chunk.page, best if marks is None else best[marks.end() :])


def _chunk_with(
    phrases: Sequence[str], chunks: Sequence[Chunk], pages: Sequence[DocumentPage]
) -> Chunk | None:
    """Return the first chunk that has one of the phrases, None without any."""
    for chunk in chunks:
        written = _page_of(pages, chunk).text[chunk.start : chunk.end]
        if any(phrase in written for phrase in phrases):
            return chunk
    return None


def _rarity(line: str, words: frozenset[str], lexical: LexicalChannel) -> float:
    """Return how much of a line's rarity, 0 to 1, is in words of the rule."""
    rarities = {word: lexical.rarity(word) for word in lexical.count_words(line)}
    shared = sum(rarity for word, rarity in rarities.items() if word in words)
    return shared / max(sum(rarities.values()), _USUAL_RARITY)


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
    """Tell whether a line is mostly letters, and three words where words have blanks."""
    written = line.split()
    letters = sum(map(str.isalpha, line))
    return letters * 2 > sum(map(len, written)) and (len(written) > 2 or not _has_case(line))


def _has_case(line: str) -> bool:
    return line.upper() != line.lower()
