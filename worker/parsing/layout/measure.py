"""Measures page layouts: PDF pages by PDFium's rendering and objects, images by their pixels."""

import ctypes
import math
import re
import time
from dataclasses import dataclass

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium_c

from worker.parsing.layout import raster
from worker.parsing.layout.features import PageLayout
from worker.parsing.layout.pdf_objects import covered_area, is_image, is_path, page_objects
from worker.parsing.layout.raster import Shades

# 72 dpi for paper up to A3; larger pages are reduced.
_MAX_PIXELS = 1_100_000
_SAMPLED_LETTERS = 300
# After these times a page, and the rest of a document, is not measured.
_PAGE_SECONDS = 2.0
_DOCUMENT_SECONDS = 8.0
_RULE_LENGTH = 0.2
_RULE_HEIGHT = 0.06
_RULE_POINTS = 3.0
# Scripts without spaces between words: two letters are about one word.
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Measurements of the objects of a PDF page."""

    image_area: float = 0.0
    horizontal_rules: int = 0
    vertical_rules: int = 0
    font_ratio: float = 1.0


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
            return measure_pdf_page(page, index, text, min(left, _PAGE_SECONDS))
        except (pypdfium2.PdfiumError, MemoryError):
            return None
        finally:
            page.close()


def measure_pdf_page(
    page: pypdfium2.PdfPage, index: int, text: str, seconds: float = _PAGE_SECONDS
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
    return _measure(index, width / height, shades, text, _read_objects(page, width, height))


def measure_picture(shades: Shades, index: int, text: str) -> PageLayout:
    """Return the layout of an image; `shades` (height, width) are its grey pixels, 0 is black.

    An image of more than a million pixels is reduced first.
    """
    return _measure(
        index,
        shades.shape[1] / shades.shape[0],
        raster.shrink(shades, _MAX_PIXELS),
        text,
        _Drawn(image_area=1.0),
    )


def _measure(index: int, aspect: float, shades: Shades, text: str, drawn: _Drawn) -> PageLayout:
    ink = raster.find_ink(shades)
    photographs = raster.find_photographs(shades)
    rules, horizontal, vertical = raster.find_rules(ink & ~photographs)
    printed = ink & ~photographs & ~rules
    line_height = raster.line_height(printed)
    all_ink = int(ink.sum())
    return PageLayout(
        page=index,
        aspect=round(aspect, 3),
        ink=round(float(ink.mean()), 4),
        top_ink=round(int(ink[: len(ink) // 3].sum()) / max(all_ink, 1), 3),
        image_area=round(drawn.image_area, 3),
        photo=round(float(photographs.mean()), 3),
        horizontal_rules=max(horizontal, drawn.horizontal_rules),
        vertical_rules=max(vertical, drawn.vertical_rules),
        table=round(raster.table_share(printed, line_height), 3),
        columns=raster.count_columns(printed),
        line_height=round(line_height / len(shades), 4),
        words=_count_words(text),
        digits=round(_digit_share(text), 3),
        font_ratio=round(drawn.font_ratio, 2),
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


def _read_objects(page: pypdfium2.PdfPage, width: float, height: float) -> _Drawn:
    covered = 0.0
    horizontal: set[int] = set()
    vertical: set[int] = set()
    for item in page_objects(page):
        if is_image(item):
            covered += covered_area(item, width * height)
        if not is_path(item):
            continue
        left, bottom, right, top = item.get_bounds()
        across, down = abs(right - left), abs(top - bottom)
        if down <= _RULE_POINTS and across >= width * _RULE_LENGTH:
            horizontal.add(round(bottom / 2))
        elif across <= _RULE_POINTS and down >= height * _RULE_HEIGHT:
            vertical.add(round(left / 2))
    return _Drawn(
        image_area=min(1.0, covered / (width * height)),
        horizontal_rules=len(horizontal),
        vertical_rules=len(vertical),
        font_ratio=_font_ratio(page),
    )


def _font_ratio(page: pypdfium2.PdfPage) -> float:
    """Return the height of large letters divided by the median, of 300 letters of the page."""
    textpage = page.get_textpage()
    try:
        count = textpage.count_chars()
        step = max(1, count // _SAMPLED_LETTERS)
        heights = sorted(
            top - bottom
            for left, bottom, right, top in (
                textpage.get_charbox(number, loose=True) for number in range(0, count, step)
            )
            if top > bottom
        )
    finally:
        textpage.close()
    if not heights:
        return 1.0
    return float(heights[len(heights) * 99 // 100] / heights[len(heights) // 2])


def _count_words(text: str) -> int:
    return len(text.split()) + len(_UNSPACED.findall(text)) // 2


def _digit_share(text: str) -> float:
    digits = sum(1 for character in text if character.isdigit())
    return digits / max(1, sum(1 for character in text if character.isalnum()))
