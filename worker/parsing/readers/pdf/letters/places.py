"""Characters of a page and their places, as PDFium has them."""

import ctypes
import math
import sys
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium_c


@dataclass(slots=True)
class Letter:
    """A letter and the marks on it, on a page that is turned so that its line is level.

    Its origin, its right edge and the size of its font are in points; the angle is in radians.
    """

    text: str
    x: float
    y: float
    right: float
    size: float
    angle: float = 0.0


def read_letter(textpage: pypdfium2.PdfTextPage, number: int, text: str) -> Letter:
    """Return a letter by its number."""
    x, y = origin(textpage, number)
    left, bottom, right, top = textpage.get_charbox(number, loose=True)
    angle: float = pdfium_c.FPDFText_GetCharAngle(textpage.raw, number)
    # PDFium counts angles clockwise.
    cosine, sine = math.cos(-angle), math.sin(-angle)
    return Letter(
        text,
        round(x * cosine + y * sine, 2),
        round(y * cosine - x * sine, 2),
        max(left * cosine, right * cosine) + max(bottom * sine, top * sine),
        font_size(textpage, number),
        angle,
    )


class Origins:
    """Finds the origins of many characters quickly."""

    def __init__(self, textpage: pypdfium2.PdfTextPage) -> None:
        self._page = textpage.raw
        self._x, self._y = ctypes.c_double(), ctypes.c_double()

    def of(self, number: int) -> tuple[float, float]:
        """Return where a character begins on its baseline, in points."""
        pdfium_c.FPDFText_GetCharOrigin(self._page, number, self._x, self._y)
        return self._x.value, self._y.value


def character(textpage: pypdfium2.PdfTextPage, number: int) -> str:
    """Return a character by its number; broken fonts name numbers that are no characters."""
    return chr(min(pdfium_c.FPDFText_GetUnicode(textpage.raw, number), sys.maxunicode))


def origin(textpage: pypdfium2.PdfTextPage, number: int) -> tuple[float, float]:
    """Return where a character begins on its baseline, in points."""
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium_c.FPDFText_GetCharOrigin(textpage.raw, number, x, y)
    return x.value, y.value


def font_size(textpage: pypdfium2.PdfTextPage, number: int) -> float:
    """Return the size of a character's font as it is drawn, in points."""
    matrix = pdfium_c.FS_MATRIX()
    pdfium_c.FPDFText_GetMatrix(textpage.raw, number, matrix)
    scale = math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c))
    size: float = pdfium_c.FPDFText_GetFontSize(textpage.raw, number)
    return size * scale


def join_halves(text: str) -> str:
    """Return a text whose characters beyond 16 bits are whole."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
