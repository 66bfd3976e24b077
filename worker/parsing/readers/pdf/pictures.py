"""Finds the pictures in PDF pages of text, which may have text that the text layer lacks."""

import contextlib
import ctypes
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium_c
from PIL import Image

from worker.parsing.layout.pdf_objects import is_image, page_objects
from worker.parsing.ocr import picture as ocr_picture
from worker.parsing.ocr.picture import OcrPicture

Box = tuple[float, float, float, float]

# In points; smaller pictures are bullets, icons and lines.
_MIN_LONG_SIDE, _MIN_SHORT_SIDE = 72.0, 20.0
_TOUCHING = 2.0
_MAX_PICTURES = 8
_MAX_BOXES = 200
# With more letters over it, the picture is a scan that has a text layer.
_FEW_LETTERS = 25
# Of its height, and in points: OCR does not read letters at an edge.
_MARGIN, _MAX_MARGIN = 0.15, 4.0
_INFLATED = b"FlateDecode"


def crop_pictures(document: pypdfium2.PdfDocument, index: int, dpi: int) -> list[OcrPicture]:
    """Return the eight largest pictures of a page without text over them, from top to bottom.

    Parts that touch count as one picture, because some programs slice pictures. Raises
    PdfiumError.
    """
    page = document[index]
    try:
        width, height = page.get_size()
        boxes = _find_boxes(page) if width > 0 and height > 0 else []
        pictures = _crop_all(page, boxes, dpi)
    finally:
        page.close()
    return [picture for picture in pictures if picture is not None]


def crop_passages(
    document: pypdfium2.PdfDocument, index: int, dpi: int, boxes: Sequence[Box]
) -> list[OcrPicture | None]:
    """Return the pictures of some lines of a page, None for those outside. Raises PdfiumError."""
    page = document[index]
    try:
        wide = [_with_margin(box) for box in boxes]
        return _crop_all(page, wide, dpi)
    finally:
        page.close()


def has_damaged(document: pypdfium2.PdfDocument, index: int) -> bool:
    """Tell whether a page has a picture, among the first eight, that cannot be unpacked.

    Raises PdfiumError.
    """
    with contextlib.closing(document[index]) as page:
        return not all(
            map(_can_unpack, islice(filter(is_image, page_objects(page)), _MAX_PICTURES))
        )


def _can_unpack(image: pypdfium2.PdfObject) -> bool:
    bitmap = pdfium_c.FPDFImageObj_GetBitmap(image.raw)
    if not bitmap:
        return False
    pdfium_c.FPDFBitmap_Destroy(bitmap)
    # PDFium returns data that it cannot inflate as they are.
    kind = ctypes.create_string_buffer(len(_INFLATED) + 1)
    pdfium_c.FPDFImageObj_GetImageFilter(image.raw, 0, kind, len(kind))
    return kind.value != _INFLATED or pdfium_c.FPDFImageObj_GetImageDataRaw(
        image.raw, None, 0
    ) != pdfium_c.FPDFImageObj_GetImageDataDecoded(image.raw, None, 0)


def _with_margin(box: Box) -> Box:
    left, bottom, right, top = box
    margin = min(_MAX_MARGIN, (top - bottom) * _MARGIN)
    return left - 2 * margin, bottom - margin, right + 2 * margin, top + margin


def _crop_all(page: pypdfium2.PdfPage, boxes: Sequence[Box], dpi: int) -> list[OcrPicture | None]:
    if not boxes:
        return []
    width, height = page.get_size()
    scale = ocr_picture.scale_for(width, height, dpi)
    with contextlib.closing(page.render(scale=scale, grayscale=True)) as bitmap:
        drawn = bitmap.to_pil()
        places = bitmap.get_posconv(page)
        return [_crop(drawn, places, box) for box in boxes]


def _find_boxes(page: pypdfium2.PdfPage) -> list[Box]:
    """Return the positions of the pictures: left, bottom, right, top in points."""
    boxes = [box for box in _join(list(_image_boxes(page))) if _is_large(box)]
    largest = sorted(boxes, key=_area, reverse=True)[:_MAX_PICTURES]
    textpage = page.get_textpage()
    try:
        bare = [box for box in largest if len(textpage.get_text_bounded(*box)) < _FEW_LETTERS]
    finally:
        textpage.close()
    return sorted(bare, key=lambda box: (-box[3], box[0]))


def _image_boxes(page: pypdfium2.PdfPage) -> Iterator[Box]:
    for item in islice(filter(is_image, page_objects(page)), _MAX_BOXES):
        box = item.get_bounds()
        container = item.container
        while container is not None:  # the bounds are in the coordinates of the form
            box = container.get_matrix().on_rect(*box)
            container = container.container
        yield box


def _join(boxes: list[Box]) -> list[Box]:
    """Unite boxes that touch until none do."""
    joined: list[Box] = []
    for new in boxes:
        box = new
        while touching := [other for other in joined if _touch(box, other)]:
            joined = [other for other in joined if other not in touching]
            box = _unite([box, *touching])
        joined.append(box)
    return joined


def _touch(one: Box, other: Box) -> bool:
    return (
        one[0] <= other[2] + _TOUCHING
        and other[0] <= one[2] + _TOUCHING
        and one[1] <= other[3] + _TOUCHING
        and other[1] <= one[3] + _TOUCHING
    )


def _unite(boxes: list[Box]) -> Box:
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)


def _is_large(box: Box) -> bool:
    # In either direction: a page may be turned.
    short, long = sorted((box[2] - box[0], box[3] - box[1]))
    return long >= _MIN_LONG_SIDE and short >= _MIN_SHORT_SIDE


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _crop(drawn: Image.Image, places: Any, box: Box) -> OcrPicture | None:  # noqa: ANN401  untyped
    """Return the picture in a box, None if it lies outside the page."""
    corners = [places.to_bitmap(box[0], box[1]), places.to_bitmap(box[2], box[3])]
    (left, right), (top, bottom) = (sorted(side) for side in zip(*corners, strict=True))
    left, top = max(0, left), max(0, top)
    right, bottom = min(drawn.width, right), min(drawn.height, bottom)
    if right - left < 1 or bottom - top < 1:
        return None
    return ocr_picture.fit(drawn.crop((left, top, right, bottom)))
