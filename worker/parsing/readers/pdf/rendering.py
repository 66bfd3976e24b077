"""Draws pages of PDFs for OCR."""

import pypdfium2
from PIL import Image

from worker.parsing.layout.pdf_objects import is_image, page_objects
from worker.parsing.ocr.picture import scale_for

_MAX_SIDE_POINTS = 10_000_000.0
_POINTS_PER_INCH = 72
# Of the longer side of A4: a smaller page may be a picture with a wrong resolution.
_PAPER_POINTS = 842.0
# The resolution of most scans. Where a page would need more, its letters are as small as its size.
_SCAN_DPI = 300.0
_WHOLE_PAGE_SHARE = 0.5


def side(points: float) -> float | None:
    """Return the length of a page's side, None for impossible lengths."""
    return round(points, 2) if 0 < points < _MAX_SIDE_POINTS else None


def render_page(document: pypdfium2.PdfDocument, index: int, dpi: int) -> Image.Image:
    """Return a grey picture of a page, with at most 2500 pixels on its longer side.

    Raises PdfiumError when the page cannot be loaded or has an impossible size.
    """
    page = document[index]
    try:
        width, height = page.get_size()
        if side(width) is None or side(height) is None:
            raise pypdfium2.PdfiumError("a page without a size")
        scale = scale_for(width, height, dpi)
        if max(width, height) < _PAPER_POINTS:
            scale = _enlarge(page, width, height, scale)
        bitmap = page.render(scale=scale, grayscale=True)
        picture: Image.Image = bitmap.to_pil().copy()
        bitmap.close()
    finally:
        page.close()
    return picture


def _enlarge(page: pypdfium2.PdfPage, width: float, height: float, scale: float) -> float:
    """Return the scale for a small page: larger if it is one picture that is finer than a scan.

    Such a page becomes at most as large as paper.
    """
    resolution = max(
        (_resolution(item, width * height) for item in page_objects(page) if is_image(item)),
        default=0.0,
    )
    enlarged = min(resolution / _SCAN_DPI, _PAPER_POINTS / max(width, height))
    return scale * max(1.0, enlarged)


def _resolution(image: pypdfium2.PdfObject, page_area: float) -> float:
    """Return the dots per inch of a picture, 0 for one that is not the page's content."""
    left, bottom, right, top = image.get_bounds()
    area = abs((right - left) * (top - bottom))
    if image.level or area < page_area * _WHOLE_PAGE_SHARE:
        return 0.0
    pixels = float(image.get_px_size()[0]) * float(image.get_px_size()[1])
    return float((pixels / area) ** 0.5 * _POINTS_PER_INCH)
