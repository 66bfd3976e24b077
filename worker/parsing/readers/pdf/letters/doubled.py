"""Drops letters that a program draws twice in one place: outlined, bold or shaded ones.

PDFium drops words that are drawn twice, but not letters that are drawn twice one by one.
"""

import re

import pypdfium2

from worker.parsing.readers.pdf.letters import places

_DOUBLED = re.compile(r"(?:([^\W\d_])\1){3}")
# Of the size of the font.
_NEAR = 0.15


def drop_doubled(textpage: pypdfium2.PdfTextPage, text: str, count: int) -> str:
    """Return the text of a page with such letters once, "" for a page without them."""
    if not _DOUBLED.search(text):
        return ""
    origins = places.Origins(textpage)
    kept: list[str] = []
    last: tuple[str, tuple[float, float]] | None = None
    for number in range(count):
        letter = places.character(textpage, number)
        x, y = origins.of(number)
        if last is not None and last[0] == letter and not letter.isspace():
            near = _NEAR * places.font_size(textpage, number)
            if abs(last[1][0] - x) < near and abs(last[1][1] - y) < near:
                last = None
                continue
        kept.append(letter)
        last = letter, (x, y)
    return places.join_halves("".join(kept)) if len(kept) < count else ""
