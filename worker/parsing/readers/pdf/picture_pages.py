"""Reads by OCR the pages of PDFs whose text layer is missing or wrong."""

from dataclasses import replace

import pypdfium2

from worker.parsing.document import TextSource
from worker.parsing.ocr.engine import Recognised
from worker.parsing.ocr.page_reader import Ocr
from worker.parsing.ocr.picture import OcrPicture, has_ink
from worker.parsing.readers.pdf import pictures
from worker.parsing.readers.pdf.annotations import without_repetitions
from worker.parsing.readers.pdf.page import PageReading
from worker.parsing.readers.pdf.rendering import render_page
from worker.parsing.readers.pdf.scans import FEW_LETTERS

# Each takes a rendering, up to 100 ms for a scan in high resolution.
_MAX_INK_CHECKS = 10
_INK_DPI = 36
# A text layer that has so many words of OCR's reading is right.
_SAME_WORDS_SHARE = 0.5
_MIN_WORDS = 5


class PicturePages:
    """Reads the pages of one document that may be pictures."""

    def __init__(self, document: pypdfium2.PdfDocument, ocr: Ocr) -> None:
        self._document = document
        self._ocr = ocr
        self._ink_checks = 0

    def read(self, page: PageReading, *, is_needed: bool = True) -> PageReading:
        """Return a page with the text that OCR reads; unchanged if that is not possible.

        The page's own few words are kept, and a text layer if OCR reads the same. A page that is
        not needed has no other text. Raises PdfiumError.
        """
        index = page.page.index
        if self._ocr.failure is None:
            if not is_needed:
                return _left_out(page)
            found = self._ocr.read(
                index, lambda: OcrPicture(render_page(self._document, index, self._ocr.dpi))
            )
            return page if found is None else self._check_pictures(_with_text(page, found))
        # A scan of blank paper needs no OCR.
        if self._ink_checks < _MAX_INK_CHECKS:
            self._ink_checks += 1
            if not has_ink(render_page(self._document, index, _INK_DPI)):
                return self._check_pictures(replace(page, may_be_picture=False))
        self._ocr.skip_page(index, self._ocr.failure)
        return page

    def _check_pictures(self, read: PageReading) -> PageReading:
        """Note on a page of few letters whether it shows less than it has."""
        if len("".join(read.page.text.split())) >= FEW_LETTERS:
            return read
        is_damaged = pictures.has_damaged(self._document, read.page.index)
        return replace(read, has_damaged_picture=is_damaged)


def _left_out(read: PageReading) -> PageReading:
    page = replace(read.page, source=TextSource.NOT_NEEDED)
    return replace(read, page=page, may_be_picture=False, garbled="", draws_text=False)


def _with_text(read: PageReading, found: Recognised) -> PageReading:
    page = read.page
    if read.garbled and _has_same_words(read.garbled, found.text):
        page = replace(page, text=read.garbled, source=TextSource.TEXT_LAYER)
    elif found.text:
        own = without_repetitions(found.text, page.text.splitlines())
        page = replace(
            page,
            text="\n".join((found.text, *own)),
            source=TextSource.OCR,
            confidence=found.confidence,
            headings=(),
        )
    return replace(read, page=page, may_be_picture=False)


def _has_same_words(layer: str, seen: str) -> bool:
    words = set(layer.casefold().split())
    same = words.intersection(seen.casefold().split())
    return len(same) >= max(_MIN_WORDS, _SAME_WORDS_SHARE * len(words))
