"""PDF: PDFium reads the pages, pypdf steps in where PDFium fails or garbles Arabic script."""

import ctypes
import re
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium_c

from app.errors import FileError, FileErrorCode
from worker.parsing import pdf_fallback
from worker.parsing.collect import Collector, name_pages
from worker.parsing.document import Document, Page, TextSource
from worker.parsing.ocr import unavailable
from worker.parsing.source import Source

FORM_PAGES = 3

_MIN_CHARACTERS = 25
_MIN_IMAGE_SHARE = 0.3
_MAX_RUBBISH_SHARE = 0.3
_MAX_OBJECTS = 5000
_ARABIC_SHARE = 0.2
# PDFium ends a hyphenated line with U+FFFE or U+0002: the two halves are one word.
_LINE_HYPHEN = re.compile("[\ufffe\x02]\r?\n?")
_ARABIC = re.compile("[\u0600-\u06ff]")


@dataclass(frozen=True, slots=True)
class PdfPage:
    """What one page gave: its text, and whether it looks like a picture of text."""

    page: Page
    is_picture: bool
    is_bare: bool


def read_pdf(source: Source) -> Document:
    """Read the chosen pages of a PDF, and no others.

    A page that fails gives a warning; all of them failing is `corrupt`. Raises FileError
    (`encrypted`, `corrupt`, `too_large`, `no_such_pages`, `ocr_unavailable`).
    """
    try:
        document = pypdfium2.PdfDocument(source.read_all())
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium_c.FPDF_ERR_PASSWORD:
            raise FileError(
                FileErrorCode.ENCRYPTED, "the file is encrypted and needs a password"
            ) from error
        return pdf_fallback.read_with_pypdf(source)
    try:
        return _read_pages(source, document)
    finally:
        document.close()


def _read_pages(source: Source, document: pypdfium2.PdfDocument) -> Document:
    total = len(document)
    if total == 0:
        return pdf_fallback.read_with_pypdf(source)
    document.init_forms()
    collector = Collector(source)
    failed: list[int] = []
    pictures: list[int] = []
    bare: list[int] = []
    form_fields = 0
    chosen = source.request.selection.choose(total, source.limits.max_pages)
    for position, index in enumerate(chosen):
        try:
            read, widgets = _read_page(document, index, position < FORM_PAGES)
        except pypdfium2.PdfiumError:
            failed.append(index)
            continue
        form_fields += widgets
        if read.is_picture:
            pictures.append(index)
        if read.is_bare:
            bare.append(index)
        if not collector.add(_repair_arabic(source, read.page)):
            break
    if len(failed) == len(chosen):
        return pdf_fallback.read_with_pypdf(source)
    if pictures and len(pictures) + len(failed) == len(chosen):
        raise unavailable("the pages are pictures of text")
    if bare and len(bare) + len(failed) == len(chosen):
        pdf_fallback.refuse_oversized_pages(source, bare)
    _warn(collector, failed, pictures)
    return collector.finish(total, form_fields)


def _warn(collector: Collector, failed: list[int], pictures: list[int]) -> None:
    if failed:
        collector.warn(f"{name_pages(failed)} could not be read")
    if pictures:
        verb = "is a picture" if len(pictures) == 1 else "are pictures"
        collector.warn(f"{name_pages(pictures)} {verb} of text and no OCR is installed")


def _read_page(
    document: pypdfium2.PdfDocument, index: int, count_widgets: bool
) -> tuple[PdfPage, int]:
    page = document[index]
    try:
        textpage = page.get_textpage()
        try:
            text = _LINE_HYPHEN.sub("", textpage.get_text_range())
        finally:
            textpage.close()
        width, height = page.get_size()
        image_share, objects = _measure_images(page, width * height)
        widgets = _count_widgets(page) if count_widgets else 0
    finally:
        page.close()
    letters = sum(1 for character in text if not character.isspace())
    is_picture = image_share > 0 and (
        (letters < _MIN_CHARACTERS and image_share > _MIN_IMAGE_SHARE)
        or letters == 0
        or _is_rubbish(text)
    )
    read = Page(
        index=index,
        text=text,
        source=TextSource.TEXT_LAYER if letters else TextSource.NONE,
        width=round(width, 2),
        height=round(height, 2),
    )
    return PdfPage(read, is_picture, is_bare=letters == 0 and objects == 0), widgets


def _measure_images(page: pypdfium2.PdfPage, area: float) -> tuple[float, int]:
    """Return the share of the page that images cover, and how many objects it has."""
    covered = 0.0
    objects = pdfium_c.FPDFPage_CountObjects(page.raw)
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for number in range(min(objects, _MAX_OBJECTS)):
        item = pdfium_c.FPDFPage_GetObject(page.raw, number)
        if pdfium_c.FPDFPageObj_GetType(item) == pdfium_c.FPDF_PAGEOBJ_IMAGE and (
            pdfium_c.FPDFPageObj_GetBounds(item, left, bottom, right, top)
        ):
            covered += abs((right.value - left.value) * (top.value - bottom.value))
    return (covered / area if area > 0 else 0.0), objects


def _count_widgets(page: pypdfium2.PdfPage) -> int:
    count = 0
    for number in range(min(pdfium_c.FPDFPage_GetAnnotCount(page.raw), _MAX_OBJECTS)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page.raw, number)
        if annotation:
            kind = pdfium_c.FPDFAnnot_GetSubtype(annotation)
            count += kind == pdfium_c.FPDF_ANNOT_WIDGET
            pdfium_c.FPDFPage_CloseAnnot(annotation)
    return count


def _is_rubbish(text: str) -> bool:
    """Tell text that a broken font map gave: replacement, private and control characters."""
    characters = [character for character in text if not character.isspace()]
    bad = sum(
        1
        for character in characters
        if character == "\ufffd" or "\ue000" <= character <= "\uf8ff" or character < " "
    )
    return bad > len(characters) * _MAX_RUBBISH_SHARE


def _repair_arabic(source: Source, page: Page) -> Page:
    """Take pypdf's text for a page in Arabic script: PDFium swaps the letters of ligatures."""
    letters = sum(1 for character in page.text if character.isalpha())
    if len(_ARABIC.findall(page.text)) <= letters * _ARABIC_SHARE:
        return page
    return pdf_fallback.reread_page(source, page)
