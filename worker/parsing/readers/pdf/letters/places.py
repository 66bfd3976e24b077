"""Characters of a page and their places, as PDFium has them."""

import ctypes
import math
import sys

import pypdfium2
import pypdfium2.raw as pdfium_c


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
