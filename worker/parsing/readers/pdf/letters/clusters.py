"""Reads pages in scripts whose letters form clusters, such as Devanagari, Thai and Khmer.

Programs name the letters of a cluster once for several glyphs (ISO 32000-2, 14.9.4, ActualText).
PDFium takes the name for the first glyph, at times again for a later one, and puts a space where
the others are: a gap that glyphs fill is none.
"""

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2
import pypdfium2.raw as pdfium_c

from worker.parsing.layout.pdf_objects import page_objects
from worker.parsing.readers.pdf.letters import places

_FIRST_CLUSTERED = "\u0900"
_CLUSTERED = re.compile("[\u0900-\u109f\u1780-\u17ff]")
# Of the size of the font: a gap between two words, and what still is one line.
_GAP, _SAME_LINE = 0.2, 0.5
_MAX_MARKS = 20


@dataclass(frozen=True, slots=True)
class _Letter:
    """A letter by its number.

    `before` is what PDFium puts before it without a glyph, `after` the cluster that is drawn there.
    """

    number: int
    text: str
    before: str
    after: int | None


def has_clusters(text: str) -> bool:
    """Tell whether a text has any letter of these scripts."""
    return not text.isascii() and _CLUSTERED.search(text) is not None


def read_clusters(
    page: pypdfium2.PdfPage, textpage: pypdfium2.PdfTextPage, text: str, count: int
) -> str:
    """Return the text of a page, with no spaces within clusters and behind them."""
    letters = list(_letters(textpage, count))
    if not any(letter.after for letter in letters):
        return text
    edges = _right_edges(page)
    pieces = [letters[0].text]
    for last, letter in pairwise(letters):
        between = letter.before
        if between and letter.after is not None:
            between = _between(textpage, last, letter, edges)
        pieces += (between, letter.text)
    return places.join_halves("".join(pieces))


def _letters(textpage: pypdfium2.PdfTextPage, count: int) -> Iterator[_Letter]:
    """Yield the letters that have a glyph, without the repetitions of a cluster."""
    before = ""
    item: int | None = None
    current: int | None = None
    seen: set[int | None] = set()
    for number in range(count):
        character = places.character(textpage, number)
        if character.isspace() and pdfium_c.FPDFText_IsGenerated(textpage.raw, number):
            before += character
            continue
        after = current
        if character < _FIRST_CLUSTERED:
            item = current = None
        else:
            handle = pdfium_c.FPDFText_GetTextObject(textpage.raw, number)
            address = ctypes.cast(handle, ctypes.c_void_p).value
            if address != item:
                item, current = address, _cluster_of(handle)
        if after != current:
            seen.add(after)
        if current is not None and current in seen:
            continue
        yield _Letter(number, character, before, after)
        before = ""


def _right_edges(page: pypdfium2.PdfPage) -> dict[int, float]:
    """Return where the glyphs of each cluster end."""
    edges: dict[int, float] = {}
    for item in page_objects(page):
        cluster = _cluster_of(item.raw) if item.type == pdfium_c.FPDF_PAGEOBJ_TEXT else None
        if cluster is not None:
            edges[cluster] = max(item.get_bounds()[2], edges.get(cluster, 0.0))
    return edges


def _cluster_of(item: object) -> int | None:
    """Return what tells the objects of a cluster from others, None for other objects."""
    for index in range(min(pdfium_c.FPDFPageObj_CountMarks(item), _MAX_MARKS)):
        mark = pdfium_c.FPDFPageObj_GetMark(item, index)
        if pdfium_c.FPDFPageObjMark_GetParamValueType(mark, b"ActualText"):
            return ctypes.cast(mark, ctypes.c_void_p).value
    return None


def _between(
    textpage: pypdfium2.PdfTextPage, last: _Letter, letter: _Letter, edges: dict[int, float]
) -> str:
    """Return what stands between two letters: what PDFium puts there, unless there is no gap."""
    before = places.read_letter(textpage, last.number, last.text)
    here = places.read_letter(textpage, letter.number, letter.text)
    if abs(before.y - here.y) > _SAME_LINE * here.size or here.x < before.x:
        return letter.before
    right = max(before.right, edges.get(letter.after or 0, before.right))
    return " " if here.x - right > _GAP * here.size else ""
