"""The objects on a page of a PDF, as far as one page may take time."""

from collections.abc import Iterator
from itertools import islice

import pypdfium2
import pypdfium2.raw as pdfium_c

_MAX_OBJECTS = 5000
_MAX_FORM_DEPTH = 2


def page_objects(page: pypdfium2.PdfPage) -> Iterator[pypdfium2.PdfObject]:
    """Yield the first 5000 objects of a page, with those inside forms."""
    return islice(page.get_objects(max_depth=_MAX_FORM_DEPTH), _MAX_OBJECTS)


def is_image(item: pypdfium2.PdfObject) -> bool:
    """Tell whether an object is an image."""
    return bool(item.type == pdfium_c.FPDF_PAGEOBJ_IMAGE)


def is_path(item: pypdfium2.PdfObject) -> bool:
    """Tell whether an object is a path: a line, a curve or an area."""
    return bool(item.type == pdfium_c.FPDF_PAGEOBJ_PATH)


def covered_area(image: pypdfium2.PdfObject, page_area: float) -> float:
    """Return the area that an image covers, in square points."""
    if image.level:
        return page_area  # the bounds are in the coordinates of a form: assume the whole page
    left, bottom, right, top = image.get_bounds()
    return abs(float((right - left) * (top - bottom)))
