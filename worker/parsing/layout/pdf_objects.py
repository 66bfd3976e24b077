"""The objects on a page of a PDF, as far as one page may take time."""

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium_c

_MAX_OBJECTS = 5000
_MAX_FORM_DEPTH = 6


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


def annotation_objects(annotation: object) -> Iterator[tuple[Any, int]]:
    """Yield PDFium's handle and the kind of the first 5000 objects of an annotation's appearance.

    Raises PdfiumError for an object that cannot be read.
    """
    found = _walk(annotation, pdfium_c.FPDFAnnot_GetObjectCount, pdfium_c.FPDFAnnot_GetObject, 0)
    return ((item, kind) for item, kind, _ in islice(found, _MAX_OBJECTS))


def measure_objects(page: pypdfium2.PdfPage, page_area: float) -> DrawnObjects:
    """Count the objects of a page of `page_area` square points."""
    objects = paths = texts = 0
    covered = 0.0
    for item, kind, level in _handles(page):
        objects += 1
        paths += kind == pdfium_c.FPDF_PAGEOBJ_PATH
        texts += kind == pdfium_c.FPDF_PAGEOBJ_TEXT
        if kind == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            # Within a form the bounds are in the form's coordinates: assume the whole page.
            covered += page_area if level else _area(item)
    share = covered / page_area if page_area > 0 else 0.0
    return DrawnObjects(objects, paths, share, texts)


def count_segments(page: pypdfium2.PdfPage) -> int:
    """Return the number of the lines and curves of a page's paths."""
    return sum(
        max(0, pdfium_c.FPDFPath_CountSegments(item))
        for item, kind, _ in _handles(page)
        if kind == pdfium_c.FPDF_PAGEOBJ_PATH
    )


def _handles(page: pypdfium2.PdfPage) -> Iterator[tuple[Any, int, int]]:
    """Yield PDFium's handle, the kind and the depth of each of `page_objects`.

    Making an object of pypdfium2 of each took a tenth of the time of reading a PDF (measured).
    """
    return islice(
        _walk(page.raw, pdfium_c.FPDFPage_CountObjects, pdfium_c.FPDFPage_GetObject, 0),
        _MAX_OBJECTS,
    )


def _walk(
    container: object,
    count_objects: Callable[[object], int],
    get_object: Callable[[object, int], object],
    level: int,
) -> Iterator[tuple[Any, int, int]]:
    count = count_objects(container)
    if count < 0:
        raise pypdfium2.PdfiumError("the objects of a page cannot be counted")
    for index in range(count):
        item = get_object(container, index)
        kind = pdfium_c.FPDFPageObj_GetType(item)
        if kind == pdfium_c.FPDF_PAGEOBJ_UNKNOWN:
            raise pypdfium2.PdfiumError("an object of a page cannot be read")
        yield item, kind, level
        if kind == pdfium_c.FPDF_PAGEOBJ_FORM and level + 1 < _MAX_FORM_DEPTH:
            yield from _walk(
                item,
                pdfium_c.FPDFFormObj_CountObjects,
                pdfium_c.FPDFFormObj_GetObject,
                level + 1,
            )


def _area(image: object) -> float:
    sides = [ctypes.c_float() for _ in range(4)]
    if not pdfium_c.FPDFPageObj_GetBounds(image, *map(ctypes.byref, sides)):
        raise pypdfium2.PdfiumError("an object of a page has no bounds")
    left, bottom, right, top = (side.value for side in sides)
    return abs((right - left) * (top - bottom))
