"""Pictures. Without OCR there is no text on them; tiny and oversized ones need none to judge."""

import struct

from app.errors import FileError, FileErrorCode
from worker.parsing.collect import collect_texts
from worker.parsing.document import Document
from worker.parsing.ocr import unavailable
from worker.parsing.source import Source

# No letter can be read on fewer rows or columns.
_MIN_SIDE = 8


def read_image(source: Source) -> Document:
    """Judge a picture: a blank page if it is too small for text, else an error.

    Raises FileError (`too_large`, `ocr_unavailable`, `no_such_pages`).
    """
    source.file.seek(0)
    size = measure(source.file.read(64), source.type.extension)
    if size:
        width, height = size
        if width * height > source.limits.image_pixels:
            raise FileError(
                FileErrorCode.TOO_LARGE,
                f"the picture has {width} x {height} pixels, more than the limit of"
                f" {source.limits.image_pixels // 1_000_000} million",
            )
        if min(width, height) < _MIN_SIDE:
            return collect_texts(source, [""])
    raise unavailable("the file is a picture")


def measure(head: bytes, extension: str) -> tuple[int, int] | None:
    """Return width and height in pixels of a PNG, GIF or BMP from its first 64 bytes."""
    if extension == "png" and len(head) >= 24:
        width, height = struct.unpack_from(">LL", head, 16)
    elif extension == "gif" and len(head) >= 10:
        width, height = struct.unpack_from("<HH", head, 6)
    elif extension == "bmp" and len(head) >= 26:
        width, height = (abs(side) for side in struct.unpack_from("<ll", head, 18))
    else:
        return None
    return width, height
