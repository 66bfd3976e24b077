"""Finds the lines of a PDF's page that stand out, as titles do."""

import ctypes
import re
from collections import Counter
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium_c

_MAX_CHARACTERS = 5_000
_MAX_LINES = 60
_LARGE = 1.2
_BOLD_WEIGHT = 600
_BOLD_NAMES = (b"bold", b"black", b"heavy")
_FONT_NAME_BYTES = 100
# On a page in bold type, bold lines do not stand out.
_MAX_BOLD_SHARE = 0.3
_LINE_END = re.compile("[\n\r]")


@dataclass(frozen=True, slots=True)
class _Line:
    """`height` is that of its first letter, in points."""

    text: str
    height: float
    is_bold: bool


def read_headings(textpage: pypdfium2.PdfTextPage, text: str) -> tuple[str, ...]:
    """Return the first lines of a page that are larger than its usual text, or bold beside it.

    `text` is the page's text as `get_text_range` returns it.
    """
    lines = _read_lines(textpage, text)
    letters: Counter[float] = Counter()
    for line in lines:
        letters[line.height] += len(line.text)
    usual = _median(letters)
    bold = sum(len(line.text) for line in lines if line.is_bold)
    is_bold_rare = bold < _MAX_BOLD_SHARE * letters.total()
    return tuple(
        line.text
        for line in lines[:_MAX_LINES]
        if line.height >= _LARGE * usual or (line.is_bold and is_bold_rare)
    )


def _read_lines(textpage: pypdfium2.PdfTextPage, text: str) -> list[_Line]:
    lines: list[_Line] = []
    start = 0
    for line in _LINE_END.split(_read_characters(textpage, text)):
        if line.strip():
            first = start + len(line) - len(line.lstrip())
            height, is_bold = _look(textpage, first)
            lines.append(_Line(line.strip(), height, is_bold))
        start += len(line) + 1
    return lines


def _read_characters(textpage: pypdfium2.PdfTextPage, text: str) -> str:
    """Return the first characters of a page as PDFium counts them."""
    count = textpage.count_chars()
    if len(text) == count:
        return text[:_MAX_CHARACTERS]
    # The text lacks characters, or has others besides.
    handle, code_of = textpage.raw, pdfium_c.FPDFText_GetUnicode
    return "".join(chr(code_of(handle, index)) for index in range(min(count, _MAX_CHARACTERS)))


def _look(textpage: pypdfium2.PdfTextPage, index: int) -> tuple[float, bool]:
    """Return the height of a character, rounded, and whether it is bold."""
    box = pdfium_c.FS_RECTF()
    pdfium_c.FPDFText_GetLooseCharBox(textpage.raw, index, ctypes.byref(box))
    name = ctypes.create_string_buffer(_FONT_NAME_BYTES)
    flags = ctypes.c_int()
    pdfium_c.FPDFText_GetFontInfo(textpage.raw, index, name, _FONT_NAME_BYTES, ctypes.byref(flags))
    is_bold = pdfium_c.FPDFText_GetFontWeight(textpage.raw, index) >= _BOLD_WEIGHT or any(
        word in name.value.lower() for word in _BOLD_NAMES
    )
    return round(box.top - box.bottom, 1), is_bold


def _median(letters: Counter[float]) -> float:
    """Return the height that half of the letters do not exceed; 0 without letters."""
    left = letters.total() / 2
    for height in sorted(letters):
        left -= letters[height]
        if left <= 0:
            return height
    return 0.0
