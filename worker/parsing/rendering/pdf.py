"""Draws a page of a PDF and finds the places of its words, both by PDFium."""

import contextlib
import ctypes
from collections.abc import Iterator
from itertools import islice

import pypdfium2
import pypdfium2.raw as pdfium_c

from app.errors import FileError, FileErrorCode
from app.previews.values import Box, Word
from worker.parsing.ocr.page_reader import Ocr
from worker.parsing.ocr.picture import OcrPicture
from worker.parsing.readers.pdf import truncation
from worker.parsing.readers.pdf.rendering import render_page, side
from worker.parsing.readers.source import Source
from worker.parsing.rendered_page import MAX_WORDS, RenderedPage, RenderRequest
from worker.parsing.rendering import drawing

# A page with fewer letters may be a scan with a stamp: OCR sees the rest.
_FEW_LETTERS = 25
_MAX_CHARACTERS = 100_000
# The unit in which PDFium returns places: whole numbers of this part of a side.
_UNITS = 10_000
# PDFium rounds up.
_LITTLE_LESS = 1 - 1e-6
# PDFium's signs for a hyphen at the end of a line.
_LINE_HYPHENS = "\ufffe\x02"
# PDFium asks for the password.
_LOCKED = (pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY)

Sides = tuple[float, float, float, float]


def render_pdf_page(source: Source, wanted: RenderRequest) -> RenderedPage:
    """Draw a page and find its words: in the text layer, or by OCR where that has few letters.

    Raises FileError.
    """
    document = _open(source.read_all())
    try:
        if wanted.page >= len(document):
            return drawing.no_such_page(wanted.page, len(document))
        document.init_forms()
        return _render(document, source.ocr, wanted)
    except pypdfium2.PdfiumError as error:
        raise _damaged() from error
    finally:
        document.close()


def _open(data: bytes) -> pypdfium2.PdfDocument:
    """Open a PDF, also one whose end is missing, as the reader does."""
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in _LOCKED:
            raise FileError(
                FileErrorCode.ENCRYPTED, "the file is encrypted and needs a password"
            ) from error
    for repaired in truncation.repairs(data):
        with contextlib.suppress(pypdfium2.PdfiumError):
            return pypdfium2.PdfDocument(repaired)
    raise _damaged()


def _render(document: pypdfium2.PdfDocument, ocr: Ocr, wanted: RenderRequest) -> RenderedPage:
    page = document[wanted.page]
    try:
        width, height = page.get_size()
        if side(width) is None or side(height) is None:
            raise pypdfium2.PdfiumError("a page without a size")
        words = tuple(islice(_read_words(page), MAX_WORDS))
        scale = _LITTLE_LESS * drawing.fit(width, height, wanted.width)
        bitmap = page.render(scale=scale)
        picture = drawing.encode(bitmap.to_pil().convert("RGB"))
        bitmap.close()
    finally:
        page.close()
    if sum(len(word.text) for word in words) < _FEW_LETTERS and ocr.failure is None:
        prepared = OcrPicture(render_page(document, wanted.page, ocr.dpi))
        words = drawing.find_words(ocr, prepared) or words
    return RenderedPage(picture, words=words)


def _damaged() -> FileError:
    return FileError(FileErrorCode.CORRUPT, "the file is damaged")


def _read_words(page: pypdfium2.PdfPage) -> Iterator[Word]:
    """Yield the words of the text layer in its order."""
    textpage = page.get_textpage()
    try:
        text, sides = "", None
        for index in range(min(textpage.count_chars(), _MAX_CHARACTERS)):
            character = chr(pdfium_c.FPDFText_GetUnicode(textpage, index))
            is_hyphen = character in _LINE_HYPHENS
            if not (character.isspace() or is_hyphen):
                sides = _join(sides, textpage.get_charbox(index))
                text += character
            elif text and sides is not None:
                yield Word(text, _to_box(page, sides))
                text, sides = "", None
        if text and sides is not None:
            yield Word(text, _to_box(page, sides))
    finally:
        textpage.close()


def _join(sides: Sides | None, other: Sides) -> Sides:
    if sides is None:
        return other
    return (
        min(sides[0], other[0]),
        min(sides[1], other[1]),
        max(sides[2], other[2]),
        max(sides[3], other[3]),
    )


def _to_box(page: pypdfium2.PdfPage, sides: Sides) -> Box:
    """Return the place of a rectangle in the page's own coordinates as it is drawn.

    The page may be turned, and its origin may be anywhere.
    """
    left, bottom, right, top = sides
    across, down = zip(_to_shown(page, left, bottom), _to_shown(page, right, top), strict=True)
    return Box(min(across) / _UNITS, min(down) / _UNITS, max(across) / _UNITS, max(down) / _UNITS)


def _to_shown(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[int, int]:
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium_c.FPDF_PageToDevice(page, 0, 0, _UNITS, _UNITS, 0, x, y, across, down)
    return across.value, down.value
