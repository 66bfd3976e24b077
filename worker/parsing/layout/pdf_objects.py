"""The objects on a page of a PDF, as far as one page may take time."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import pypdfium2
import pypdfium2.raw as pdfium_c

_MAX_OBJECTS = 5000
_MAX_FORM_DEPTH = 2


@dataclass(frozen=True, slots=True)
class DrawnObjects:
    """The objects on a page: how many, how many of some kinds, and the share that images cover.

    The share is above 1 where images overlap.
    """

    count: int
    paths: int
    image_share: float
    texts: int = 0


def page_objects(page: pypdfium2.PdfPage) -> Iterator[pypdfium2.PdfObject]:
    """Yield the first 5000 objects of a page, with those inside forms."""
    return islice(page.get_objects(max_depth=_MAX_FORM_DEPTH), _MAX_OBJECTS)


def is_image(item: pypdfium2.PdfObject) -> bool:
    """Tell whether an object is an image."""
    return bool(item.type == pdfium_c.FPDF_PAGEOBJ_IMAGE)


def measure_objects(page: pypdfium2.PdfPage, page_area: float) -> DrawnObjects:
    """Count the objects of a page of `page_area` square points."""
    objects = paths = texts = 0
    covered = 0.0
    for item in page_objects(page):
        objects += 1
        paths += item.type == pdfium_c.FPDF_PAGEOBJ_PATH
        texts += item.type == pdfium_c.FPDF_PAGEOBJ_TEXT
        if is_image(item):
            covered += _covered_area(item, page_area)
    share = covered / page_area if page_area > 0 else 0.0
    return DrawnObjects(objects, paths, share, texts)


def count_segments(page: pypdfium2.PdfPage) -> int:
    """Return the number of the lines and curves of a page's paths."""
    return sum(
        max(0, pdfium_c.FPDFPath_CountSegments(item.raw))
        for item in page_objects(page)
        if item.type == pdfium_c.FPDF_PAGEOBJ_PATH
    )


def _covered_area(image: pypdfium2.PdfObject, page_area: float) -> float:
    if image.level:
        return page_area  # the bounds are in the coordinates of a form: assume the whole page
    left, bottom, right, top = image.get_bounds()
    return abs(float((right - left) * (top - bottom)))
