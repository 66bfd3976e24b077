"""What the drawing of PDFs and of picture files have in common."""

import io
from collections.abc import Iterator, Sequence

from PIL import Image

from app.previews.values import Box, Word
from app.text import counted
from worker.parsing.ocr.engine import FoundWord
from worker.parsing.ocr.page_reader import Ocr
from worker.parsing.ocr.picture import OcrPicture
from worker.parsing.rendered_page import MAX_WORDS, RenderedPage

# A higher page becomes narrower: a roll of paper must not take all memory.
MAX_HEIGHT = 4
_QUALITY = 80
# How hard the encoder tries: from 0, quick, to 6.
_EFFORT = 2


def encode(picture: Image.Image) -> bytes:
    """Return a picture as WebP, which Pillow writes sharper and smaller than JPEG."""
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=_QUALITY, method=_EFFORT)
    return buffer.getvalue()


def fit(width: float, height: float, wanted: int) -> float:
    """Return the scale at which a page is `wanted` pixels wide, or less if it is very high."""
    return min(wanted / width, MAX_HEIGHT * wanted / height)


def no_such_page(page: int, total: int) -> RenderedPage:
    """Return the answer for a page that a file does not have."""
    pages = counted(total, "page")
    return RenderedPage(problem=f"The file has {pages}, counted from 0: there is no page {page}.")


def find_words(ocr: Ocr, prepared: OcrPicture) -> tuple[Word, ...]:
    """Return the words that OCR sees on the picture of a page, with their places."""
    width, height = prepared.picture.size
    found = ocr.find_words(prepared)
    return tuple(_scale(found[:MAX_WORDS], width, height))


def _scale(found: Sequence[FoundWord], width: int, height: int) -> Iterator[Word]:
    for text, (left, top, right, bottom) in found:
        box = Box(
            round(left / width, 4),
            round(top / height, 4),
            round(right / width, 4),
            round(bottom / height, 4),
        )
        yield Word(text, box)
