"""Finds text in fonts without a map from their codes to characters, among text that has one.

PDFium takes the codes for characters (ISO 32000-2, 9.10). Where all text of a page is so, the page
is judged as a whole; here are the other ones, with a heading or a few words in such a font.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium_c

from worker.parsing.readers.pdf import broken_text
from worker.parsing.readers.pdf.letters import places

MARK = "\ufdd0"
"""Stands in a page's text for a passage that only OCR can read; it is no character of Unicode."""

# Asking about each character takes a third of the time of reading it.
_STRIDE = 9
# Single letters without a map are ligatures, bullets and signs of formulas.
_MIN_LETTERS = 4
_MAX_PASSAGES = 8
_MAX_SHARE = 0.6
_SIGN = re.compile(r"[!-'*+<>?@\[\]^`{}~]")
_MANY_SIGNS = 0.28

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Passage:
    """Characters from `start` to before `end` by their numbers, and what PDFium takes them for."""

    start: int
    end: int
    text: str

    @property
    def letters(self) -> int:
        return sum(not character.isspace() for character in self.text)


def read_unmapped(textpage: pypdfium2.PdfTextPage, count: int) -> tuple[str, tuple[Box, ...]]:
    """Return the text of a page with such passages put right, or `MARK` and their boxes for them.

    Nothing for a page without such passages.
    """
    has_error, page = pdfium_c.FPDFText_HasUnicodeMapError, textpage.raw
    if not any(has_error(page, number) == 1 for number in range(0, count, _STRIDE)):
        return "", ()
    flags = [has_error(page, number) == 1 for number in range(count)]
    if sum(flags) > _MAX_SHARE * count:
        return "", ()
    passages = [each for each in _passages(textpage, flags) if each.letters >= _MIN_LETTERS]
    codes = "\n".join(each.text for each in passages)
    right = broken_text.put_right(codes) if passages else None
    if right is not None:
        starts = [sum(len(each.text) + 1 for each in passages[:n]) for n in range(len(passages))]
        readings = [
            right[start : start + len(each.text)]
            for start, each in zip(starts, passages, strict=True)
        ]
        return _replace(textpage, count, passages, readings), ()
    is_garbled = broken_text.is_garbled(codes)
    broken = [each for each in passages if is_garbled or _is_broken(each)][:_MAX_PASSAGES]
    if not broken:
        return "", ()
    text = _replace(textpage, count, broken, [MARK] * len(broken))
    return text, tuple(_box(textpage, each) for each in broken)


def _passages(textpage: pypdfium2.PdfTextPage, flags: list[bool]) -> Iterator[_Passage]:
    """Yield the runs of characters without a map, with the spaces that PDFium puts between."""
    start = end = 0
    for number, is_unmapped in enumerate(flags):
        if not is_unmapped:
            continue
        between = (places.character(textpage, each) for each in range(end, number))
        if start < end and all(map(str.isspace, between)):
            end = number + 1
            continue
        if start < end:
            yield _passage(textpage, start, end)
        start, end = number, number + 1
    if start < end:
        yield _passage(textpage, start, end)


def _passage(textpage: pypdfium2.PdfTextPage, start: int, end: int) -> _Passage:
    text = "".join(places.character(textpage, number) for number in range(start, end))
    return _Passage(start, end, text)


def _is_broken(passage: _Passage) -> bool:
    """Tell whether a passage is unreadable, or has more signs than words have."""
    signs = len(_SIGN.findall(passage.text))
    return broken_text.is_rubbish(passage.text) or signs > _MANY_SIGNS * passage.letters


def _replace(
    textpage: pypdfium2.PdfTextPage, count: int, passages: list[_Passage], readings: list[str]
) -> str:
    pieces: list[str] = []
    last = 0
    for passage, reading in zip(passages, readings, strict=True):
        pieces += (places.character(textpage, each) for each in range(last, passage.start))
        pieces.append(reading)
        last = passage.end
    pieces += (places.character(textpage, each) for each in range(last, count))
    return places.join_halves("".join(pieces))


def _box(textpage: pypdfium2.PdfTextPage, passage: _Passage) -> Box:
    boxes = [textpage.get_charbox(each, loose=True) for each in range(passage.start, passage.end)]
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)
