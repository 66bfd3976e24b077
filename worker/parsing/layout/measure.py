"""Measures page layouts: PDF pages by PDFium's rendering and objects, images by their pixels."""

import ctypes
import math
import re
import time

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium_c

from worker.parsing.layout import raster
from worker.parsing.layout.features import PageLayout
from worker.parsing.layout.pdf_objects import measure_objects
from worker.parsing.layout.raster import Shades

# 72 dpi for paper up to A3; larger pages are reduced.
_MAX_PIXELS = 1_100_000
# After these times a page, and the rest of a document, is not measured.
_PAGE_SECONDS = 2.0
_DOCUMENT_SECONDS = 8.0
# Scripts without spaces between words: two letters are about one word.
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


class PdfLayouts:
    """Measures pages of one document until its time is up."""

    def __init__(self, document: pypdfium2.PdfDocument, seconds: float = _DOCUMENT_SECONDS) -> None:
        self._document = document
        self._until = time.monotonic() + seconds

    def measure(self, index: int, text: str) -> PageLayout | None:
        """Return the layout of a page with the given text, None if it cannot be drawn in time."""
        left = self._until - time.monotonic()
        if left <= 0:
            return None
        try:
            page = self._document[index]
        except pypdfium2.PdfiumError:
            return None
        try:
            return measure_pdf_page(page, text, min(left, _PAGE_SECONDS))
        except (pypdfium2.PdfiumError, MemoryError):
            return None
        finally:
            page.close()


def measure_pdf_page(
    page: pypdfium2.PdfPage, text: str, seconds: float = _PAGE_SECONDS
) -> PageLayout | None:
    """Return the layout of an open page, None if it has no size or takes too long to draw.

    Raises PdfiumError and MemoryError.
    """
    width, height = page.get_size()
    if not (0 < width < math.inf and 0 < height < math.inf):
        return None
    shades = _render(page, width, height, seconds)
    if shades is None:
        return None
    image_area = min(1.0, measure_objects(page, width * height).image_share)
    return _measure(width / height, shades, text, image_area)


def measure_picture(shades: Shades, text: str) -> PageLayout:
    """Return the layout of an image; `shades` (height, width) are its grey pixels, 0 is black.

    An image of more than a million pixels is reduced first.
    """
    aspect = shades.shape[1] / shades.shape[0]
    return _measure(aspect, raster.shrink(shades, _MAX_PIXELS), text, image_area=1.0)


def _measure(aspect: float, shades: Shades, text: str, image_area: float) -> PageLayout:
    return PageLayout(
        aspect=round(aspect, 3),
        ink=round(raster.ink_share(shades), 4),
        image_area=round(image_area, 3),
        photo=round(raster.photograph_share(shades), 3),
        words=len(text.split()) + len(_UNSPACED.findall(text)) // 2,
    )


def _render(page: pypdfium2.PdfPage, width: float, height: float, seconds: float) -> Shades | None:
    """Draw a page in grey; None if that takes longer than `seconds`.

    PDFium calls back between two objects to ask whether to pause.
    """
    scale = min(1.0, math.sqrt(_MAX_PIXELS / (width * height)))
    across, down = max(1, int(width * scale)), max(1, int(height * scale))
    if across * down > 2 * _MAX_PIXELS:  # a strip less than a pixel wide
        return None
    until = time.monotonic() + seconds
    pause = pdfium_c.IFSDK_PAUSE(version=1)
    pause.NeedToPauseNow = type(pause.NeedToPauseNow)(lambda _: time.monotonic() > until)
    bitmap = pypdfium2.PdfBitmap.new_native(across, down, format=pdfium_c.FPDFBitmap_Gray)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, across, down)
        area = (bitmap.raw, page.raw, 0, 0, across, down, 0)
        flags = pdfium_c.FPDF_ANNOT | pdfium_c.FPDF_GRAYSCALE
        status = pdfium_c.FPDF_RenderPageBitmap_Start(*area, flags, ctypes.byref(pause))
        pdfium_c.FPDF_RenderPage_Close(page.raw)
        if status != pdfium_c.FPDF_RENDER_DONE:
            return None
        if page.formenv:
            pdfium_c.FPDF_FFLDraw(page.formenv.raw, *area, flags)
        rows = np.frombuffer(bitmap.buffer, dtype=np.uint8).reshape(down, bitmap.stride)
        return rows[:, :across].copy()
    finally:
        bitmap.close()
