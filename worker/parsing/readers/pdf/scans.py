"""Tells whether a page shows text that its text layer lacks: scans, outlines, pasted pictures."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pypdfium2
import pypdfium2.raw as pdfium_c

from worker.parsing.layout.pdf_objects import (
    DrawnObjects,
    count_segments,
    measure_objects,
    page_objects,
)
from worker.parsing.readers.pdf.annotations import shows_picture

# A page with fewer letters and a large picture is a scan with a stamp or a page number.
FEW_LETTERS = 25
# A scan may have more: a header, what somebody typed into a form, a layer of its title only.
_SOME_LETTERS = 500
_LARGE_PICTURE_SHARE = 0.3
_ANY_PICTURE_SHARE = 0.02
# Text drawn as outlines has hundreds of paths and no letters, or one path of a whole line: a
# letter has about twenty segments. A page with another text may have a logo or a chart.
_MANY_PATHS = 100
_MANY_SEGMENTS, _SEGMENTS_OF_WORDS = 2000, 200
_WHOLE_PAGE_SHARE = 0.85
_MARGIN_LETTERS = 250
_MARGIN_SHARE = 0.08
# In a drawing of this size a letter has some 25 steps of shade.
_SIDE = 1000
_STEP = 40
_PAPER_SHARE = 0.75
_MANY_STEPS, _SOME_STEPS, _MORE = 4000, 400, 1.5
# A line is longer than the stem of a letter, in pixels.
_LINE = 12
# In pixels around the letters of the text layer, whose places may be rough.
_AROUND = 4


@dataclass(frozen=True, slots=True)
class Signs:
    """What tells that a page shows text that its layer lacks.

    `is_picture`: the page as a whole is for OCR; `has_print` are pages of text with pictures that
    have more print than the text. `drawn` is what the page draws, None if it has much text.
    """

    is_picture: bool = False
    has_print: bool = False
    drawn: DrawnObjects | None = None


def find_signs(page: pypdfium2.PdfPage, letters: int) -> Signs:
    """Look for text that the layer of a page, with so many letters, lacks.

    Pages full of text are not looked at: counting their objects takes a tenth of their time.
    """
    if letters >= _SOME_LETTERS:
        return Signs()
    width, height = page.get_size()
    drawn = measure_objects(page, width * height)
    if letters < FEW_LETTERS:
        is_picture = (
            _is_picture(page, drawn, letters)
            or shows_picture(page)
            or (drawn.paths > 0 and _has_more_print(page, _SOME_STEPS))
        )
        return Signs(is_picture=is_picture, drawn=drawn)
    if drawn.image_share <= _LARGE_PICTURE_SHARE:
        is_picture = _may_have_outlines(page, drawn) and _has_more_print(page, _MANY_STEPS)
        return Signs(is_picture=is_picture, drawn=drawn)
    is_whole = drawn.image_share > _WHOLE_PAGE_SHARE
    if is_whole and letters < _MARGIN_LETTERS and _is_in_margins(page):
        return Signs(is_picture=True, drawn=drawn)
    has_print = _has_more_print(page, _MANY_STEPS)
    return Signs(is_picture=is_whole and has_print, has_print=has_print, drawn=drawn)


def _is_picture(page: pypdfium2.PdfPage, drawn: DrawnObjects, letters: int) -> bool:
    """Tell whether a page with few letters may show others."""
    if drawn.image_share > _LARGE_PICTURE_SHARE or _may_have_outlines(page, drawn):
        return True
    if letters:
        return False
    # Letters of fonts without any map give no text.
    return (
        drawn.image_share > _ANY_PICTURE_SHARE
        or drawn.texts > 0
        or (drawn.paths > 0 and count_segments(page) > _SEGMENTS_OF_WORDS)
    )


def _may_have_outlines(page: pypdfium2.PdfPage, drawn: DrawnObjects) -> bool:
    """Tell whether a page draws so much that it may be letters as outlines."""
    return drawn.paths > _MANY_PATHS or (drawn.paths > 0 and count_segments(page) > _MANY_SEGMENTS)


def _is_in_margins(page: pypdfium2.PdfPage) -> bool:
    """Tell whether all text of a page is visible and in its margins: who may read the copy."""
    left, bottom, right, top = page.get_bbox()
    width, height = (right - left) * _MARGIN_SHARE, (top - bottom) * _MARGIN_SHARE
    for item in page_objects(page):
        if item.type != pdfium_c.FPDF_PAGEOBJ_TEXT:
            continue
        mode = pdfium_c.FPDFTextObj_GetTextRenderMode(item.raw)
        if item.level or mode == pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE:
            return False
        box = item.get_bounds()
        if (
            box[2] > left + width
            and box[0] < right - width
            and box[3] > bottom + height
            and box[1] < top - height
        ):
            return False
    return True


def _has_more_print(page: pypdfium2.PdfPage, least: int) -> bool:
    """Tell whether a page has so many steps of shade beside its letters, and more than under them.

    Only on plain paper: a photograph behind a text has many steps of shade, too.
    """
    scale = _SIDE / max(page.get_size())
    with contextlib.closing(page.render(scale=scale, grayscale=True)) as bitmap:
        shades: npt.NDArray[np.int16] = bitmap.to_numpy().squeeze().astype(np.int16)
        paper = np.bincount(shades.ravel()).argmax()
        if (abs(shades - paper) <= _STEP).mean() < _PAPER_SHARE:
            return False
        steps = _without_lines(abs(np.diff(shades, axis=1)) > _STEP)
        total = int(steps.sum())
        places = bitmap.get_posconv(page)
        for box in _text_boxes(page):
            corners = places.to_bitmap(box[0], box[1]), places.to_bitmap(box[2], box[3])
            (left, right), (top, bottom) = (sorted(side) for side in zip(*corners, strict=True))
            steps[
                max(0, top - _AROUND) : bottom + _AROUND, max(0, left - _AROUND) : right + _AROUND
            ] = False
    beside = int(steps.sum())
    return beside > max(least, _MORE * (total - beside))


def _without_lines(steps: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return the steps of shade that are no edges of a vertical line or of a large area."""
    rows = max(0, len(steps) - _LINE)
    middles = np.logical_and.reduce([steps[start : start + rows] for start in range(_LINE + 1)])
    lines = np.zeros_like(steps)
    for start in range(_LINE + 1):
        lines[start : start + rows] |= middles
    return steps & ~lines


def _text_boxes(page: pypdfium2.PdfPage) -> Iterator[tuple[float, float, float, float]]:
    with contextlib.closing(page.get_textpage()) as textpage:
        for number in range(textpage.count_rects()):
            yield textpage.get_rect(number)
