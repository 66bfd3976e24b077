"""Cutting pages into chunks of about 256 tokens."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from worker.classification.features.text import content_start, is_readable, normalise_text
from worker.parsing.document import DocumentPage

CHUNK_TOKENS = 256
CHUNK_COUNT = 4

_UNIT = re.compile(
    r"(?P<ideograph>[\u3040-\u30ff\u3400-\u9fff])"
    r"|(?P<hangul>[\uac00-\ud7af])"
    r"|(?P<unspaced>[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]{1,64})"
    r"|(?P<digits>\d{1,64})"
    r"|(?P<word>[^\W\d_\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{1,64})"
    r"|(?P<mark>_{1,4096}|([^\w\s])\7{0,4095})"
)
# Tokens = base + slope * characters for each kind of unit: least squares over the pieces of
# USE's tokenizer in mixed public documents (mean error 8 %). This count needs no model, so the
# chunks are the same for every embedder.
_COST = {
    "ideograph": (0.97, 0.0),
    "hangul": (0.77, 0.0),
    "unspaced": (0.5, 0.2),
    "digits": (0.85, 0.22),
    "word": (0.6, 0.125),
    "mark": (1.0, 0.0),
}


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of page `page` (counted from 0). `text` is normalised, for the embedder.

    `start` and `end` are its positions in the page's original text, of which quotes are verbatim
    parts.
    """

    page: int
    start: int
    end: int
    text: str


def cut_chunks(
    pages: Sequence[DocumentPage], size: int = CHUNK_TOKENS, count: int = CHUNK_COUNT
) -> tuple[Chunk, ...]:
    """Return the first `count` chunks in reading order, each of about `size` tokens.

    Chunks do not cross pages. A rest of less than a quarter of `size` joins the chunk before
    it. Pages without letters or digits have no chunks. Text after the last chunk is not read.
    """
    return tuple(islice(_chunks(pages, size), count))


def count_tokens(text: str, limit: int = 1_000) -> int:
    """Return about how many tokens a text has, at most `limit`. Marks alone are none."""
    tokens = 0.0
    for unit in _UNIT.finditer(text):
        if unit.lastgroup != "mark":
            base, slope = _COST[unit.lastgroup or "mark"]
            tokens += base + slope * (unit.end() - unit.start())
            if tokens >= limit:
                break
    return min(round(tokens), limit)


def _chunks(pages: Sequence[DocumentPage], size: int) -> Iterator[Chunk]:
    for position, page in enumerate(pages):
        first = content_start(page.text, first_page=position == 0)
        for start, end in _windows(page.text, first, size):
            text = normalise_text(page.text[start:end])
            if is_readable(text):
                yield Chunk(page.index, start, end, text)


def _windows(text: str, first: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield consecutive (start, end) of about `size` tokens that cover the text from `first`."""
    start = pending = None
    end = first
    tokens = 0.0
    for unit in _UNIT.finditer(text, first):
        base, slope = _COST[unit.lastgroup or "mark"]
        if start is None:
            start = unit.start()
        tokens += base + slope * (unit.end() - unit.start())
        end = unit.end()
        if tokens >= size:
            # Held back: a short rest of the text joins the last window.
            if pending is not None:
                yield pending
            pending, start, tokens = (start, end), None, 0.0
    if start is not None and pending is not None and tokens < size / 4:
        yield pending[0], end
        return
    if pending is not None:
        yield pending
    if start is not None:
        yield start, end
