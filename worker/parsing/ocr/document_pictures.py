"""Reads the pictures within documents that have text of their own: office files, RTF."""

import io
from collections.abc import Callable, Sequence
from typing import TypeVar

from PIL import Image

from app.files.sniff.sniff import sniff
from worker.parsing.ocr import picture as ocr_picture
from worker.parsing.ocr.page_reader import Ocr
from worker.parsing.ocr.picture import OcrPicture

MAX_OPENED = 24
"""So many pictures are looked at, the first ones."""

# Pixels; smaller pictures are logos, icons and bullets.
_MIN_LONG_SIDE, _MIN_SHORT_SIDE = 300, 60
_MAX_PICTURES = 8

Found = TypeVar("Found")
Name = TypeVar("Name", str, int)


def read_prepared(
    ocr: Ocr, index: int, prepare: Callable[[], list[OcrPicture]], *, is_scan: bool
) -> list[str]:
    """Return the texts on the pictures of a page that OCR reads with high confidence.

    If OCR is missing, a page that `is_scan` and has such a picture counts as not read.
    """
    if is_scan and ocr.failure is not None and prepare():
        ocr.skip_page(index, ocr.failure)
    return ocr.read_pictures(index, prepare)


def prepare_largest(
    names: Sequence[Name], load: Callable[[Name], bytes], max_pixels: int
) -> list[OcrPicture]:
    """Return the eight largest of some pictures, in their order, in a size for OCR.

    Damaged ones are left out, and those that are too small for text or have more than
    `max_pixels`.
    """

    def pixels(picture: Image.Image) -> int:
        short, long = sorted(picture.size)
        is_large = long >= _MIN_LONG_SIDE and short >= _MIN_SHORT_SIDE
        return short * long if is_large and short * long <= max_pixels else 0

    sizes = {name: _open(name, load, pixels) or 0 for name in names}
    largest = sorted(sizes, key=lambda name: -sizes[name])[:_MAX_PICTURES]
    found = (
        _open(name, load, ocr_picture.to_grey) for name in names if name in largest and sizes[name]
    )
    return [prepared for prepared in found if prepared is not None]


def _open(
    name: Name, load: Callable[[Name], bytes], use: Callable[[Image.Image], Found]
) -> Found | None:
    """Return the result of `use` for a picture, None if it is damaged.

    The picture is opened and not decoded.
    """
    try:
        file = io.BytesIO(load(name))
        with ocr_picture.open_picture(file, sniff(file, "").extension) as picture:
            return use(picture)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  Pillow raises anything over damaged pictures
        return None
