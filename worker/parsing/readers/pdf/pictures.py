"""Pictures within pages of text, which may hold text that the text layer lacks."""

from collections.abc import Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium_c
from PIL import Image

from worker.parsing.ocr import picture as ocr_picture
from worker.parsing.ocr.picture import Prepared

Box = tuple[float, float, float, float]

# In points: smaller ones are bullets, icons and lines.
_LEAST_WIDTH, _LEAST_HEIGHT = 72.0, 20.0
_TOUCHING = 2.0
_MOST_PICTURES = 8
_MOST_BOXES = 200
_MOST_OBJECTS = 5000
_MOST_FORM_DEPTH = 2
# With more letters the picture is a scan whose text lies over it already.
_FEW_LETTERS = 25


def cut_out(document: pypdfium2.PdfDocument, index: int, dpi: int) -> list[Prepared]:
    """Return the pictures of a page that have no text over them, from top to bottom.

    They are at most eight: the largest. Parts that touch, into which
    programs like to slice pictures, count as one. Raises PdfiumError.
    """
    page = document[index]
    try:
        width, height = page.get_size()
        boxes = _find_boxes(page) if width > 0 and height > 0 else []
        if not boxes:
            return []
        scale = ocr_picture.scale_for(width, height, dpi)
        bitmap = page.render(scale=scale, grayscale=True)
        drawn = bitmap.to_pil()
        places = bitmap.get_posconv(page)
        pictures = [_cut(drawn, places, box) for box in boxes]
        bitmap.close()
    finally:
        page.close()
    return [picture for picture in pictures if picture is not None]


def _find_boxes(page: pypdfium2.PdfPage) -> list[Box]:
    """Return where the pictures are: left, bottom, right, top in points."""
    boxes = [box for box in _join(list(_image_boxes(page))) if _is_large(box)]
    largest = sorted(boxes, key=_area, reverse=True)[:_MOST_PICTURES]
    textpage = page.get_textpage()
    try:
        bare = [box for box in largest if len(textpage.get_text_bounded(*box)) < _FEW_LETTERS]
    finally:
        textpage.close()
    return sorted(bare, key=lambda box: (-box[3], box[0]))


def _image_boxes(page: pypdfium2.PdfPage) -> Iterator[Box]:
    found = 0
    for number, item in enumerate(page.get_objects(max_depth=_MOST_FORM_DEPTH)):
        if number == _MOST_OBJECTS or found == _MOST_BOXES:
            return
        if item.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            found += 1
            box = item.get_bounds()
            container = item.container
            while container is not None:  # inside a form the bounds are the form's own
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
    # In any direction: a page may be turned.
    short, long = sorted((box[2] - box[0], box[3] - box[1]))
    return long >= _LEAST_WIDTH and short >= _LEAST_HEIGHT


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _cut(drawn: Image.Image, places: Any, box: Box) -> Prepared | None:  # noqa: ANN401  untyped
    """Return what is drawn in a box, or None where that lies outside the page."""
    corners = [places.to_bitmap(box[0], box[1]), places.to_bitmap(box[2], box[3])]
    (left, right), (top, bottom) = (sorted(side) for side in zip(*corners, strict=True))
    left, top = max(0, left), max(0, top)
    right, bottom = min(drawn.width, right), min(drawn.height, bottom)
    if right - left < 1 or bottom - top < 1:
        return None
    return ocr_picture.fit(drawn.crop((left, top, right, bottom)))
