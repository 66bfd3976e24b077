"""Reads PDFs by PDFium, and by pypdf where PDFium fails or garbles Arabic script."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pypdfium2
import pypdfium2.raw as pdfium_c

from app.errors import FileError, FileErrorCode
from worker.parsing.document import Document, DocumentPage, TextSource, name_pages
from worker.parsing.layout.measure import PdfLayouts
from worker.parsing.ocr.page_reader import Ocr, ocr_unavailable
from worker.parsing.ocr.picture import OcrPicture, has_ink
from worker.parsing.readers.document_builder import DocumentBuilder, append_texts
from worker.parsing.readers.pdf import fallback, pictures
from worker.parsing.readers.pdf import page as pdf_page
from worker.parsing.readers.pdf.page import PageReading
from worker.parsing.readers.source import Source

# A form has fields on its first pages; counting those of 300 pages takes too long.
_MAX_FORM_PAGES = 3

# Each takes a rendering, up to 100 ms for a scan in high resolution.
_MAX_INK_CHECKS = 10
_INK_DPI = 36
_ARABIC_SHARE = 0.2
_ARABIC = re.compile("[\u0600-\u06ff]")


@dataclass(slots=True)
class _Findings:
    """What the pages gave so far. The lists hold indices; `unread` pages need OCR and got none."""

    failed: list[int] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    form_fields: int = 0
    read: int = 0
    ink_checks: int = 0


def read_pdf(source: Source) -> Document:
    """Read the chosen pages of a PDF.

    Pages that are pictures of text are read by OCR. A page that fails, or that needs OCR and gets
    none, gives a warning. Raises FileError (`encrypted`, `corrupt`, `too_large`, `no_such_pages`;
    `ocr_unavailable` if OCR is missing and no page has text).
    """
    try:
        document = pypdfium2.PdfDocument(source.read_all())
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium_c.FPDF_ERR_PASSWORD:
            raise FileError(
                FileErrorCode.ENCRYPTED, "the file is encrypted and needs a password"
            ) from error
        return fallback.read_with_pypdf(source)
    try:
        return _read_with_pdfium(source, document)
    finally:
        document.close()


def _read_with_pdfium(source: Source, document: pypdfium2.PdfDocument) -> Document:
    total = len(document)
    if total == 0:
        return fallback.read_with_pypdf(source)
    document.init_forms()
    chosen = source.request.selection.choose(total, source.limits.max_pages)
    builder = DocumentBuilder(source)
    findings = _read_pages(source, document, chosen, builder)
    if findings.read == 0:
        return fallback.read_with_pypdf(source)
    if len(findings.unread) == findings.read:
        raise ocr_unavailable("the pages are pictures or have no readable text layer,", source.ocr)
    if len(findings.blank) == findings.read:
        fallback.check_blank_pages(source, findings.blank)
    if findings.failed:
        builder.add_warning(f"{name_pages(findings.failed)} could not be read")
    for sentence in source.ocr.warnings():
        builder.add_warning(sentence)
    return builder.build(total, findings.form_fields)


def _read_pages(
    source: Source,
    document: pypdfium2.PdfDocument,
    chosen: Sequence[int],
    builder: DocumentBuilder,
) -> _Findings:
    findings = _Findings()
    layouts = PdfLayouts(document) if source.request.mode == "MULTIMODAL" else None
    for position, index in enumerate(chosen):
        try:
            read = pdf_page.read_page(
                document, index, source.limits.page_text_bytes, is_first=not builder.has_text
            )
            if read.may_be_picture:
                read = _read_picture(source.ocr, document, read, findings)
        except pypdfium2.PdfiumError:
            findings.failed.append(index)
            continue
        findings.read += 1
        _record(findings, read, position)
        page = _repair_arabic(source, read.page)
        if source.request.mode == "MULTIMODAL" and page.source is not TextSource.OCR:
            page = _add_pictures(source.ocr, document, page)
        if not builder.add_page(page, layouts.measure(index, page.text) if layouts else None):
            break
    return findings


def _read_picture(
    ocr: Ocr, document: pypdfium2.PdfDocument, read: PageReading, findings: _Findings
) -> PageReading:
    """Read a page by OCR; return it unchanged if that is not possible."""
    index = read.page.index
    if ocr.failure is None:
        found = ocr.read(index, lambda: OcrPicture(pdf_page.render_page(document, index, ocr.dpi)))
        if found is None:
            return read
        page = read.page
        if found.text:
            page = replace(
                page,
                text=found.text,
                source=TextSource.OCR,
                confidence=found.confidence,
                headings=(),
            )
        return replace(read, page=page, may_be_picture=False)
    # A scan of blank paper needs no OCR.
    if findings.ink_checks < _MAX_INK_CHECKS:
        findings.ink_checks += 1
        if not has_ink(pdf_page.render_page(document, index, _INK_DPI)):
            return replace(read, may_be_picture=False)
    ocr.skip_page(index, ocr.failure)
    return read


def _add_pictures(ocr: Ocr, document: pypdfium2.PdfDocument, page: DocumentPage) -> DocumentPage:
    """Append the texts on a page's pictures to its own text."""
    try:
        texts = ocr.read_pictures(
            page.index, lambda: pictures.crop_pictures(document, page.index, ocr.dpi)
        )
    except pypdfium2.PdfiumError:
        return page
    return append_texts(page, texts)


def _record(findings: _Findings, read: PageReading, position: int) -> None:
    if position < _MAX_FORM_PAGES:
        findings.form_fields += read.form_fields
    if read.may_be_picture:
        findings.unread.append(read.page.index)
    elif read.is_blank:
        findings.blank.append(read.page.index)


def _repair_arabic(source: Source, page: DocumentPage) -> DocumentPage:
    """Reread a page in Arabic script by pypdf: PDFium swaps the letters of ligatures."""
    letters = sum(1 for character in page.text if character.isalpha())
    if len(_ARABIC.findall(page.text)) <= letters * _ARABIC_SHARE:
        return page
    return fallback.reread_page(source, page)
