"""Reads PDFs by PDFium, and by pypdf where PDFium fails, or garbles or does not find text."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import zip_longest

import pypdfium2
import pypdfium2.raw as pdfium_c

from app.errors import FileError, FileErrorCode
from worker.parsing.document import Document, DocumentPage, TextSource, name_pages
from worker.parsing.layout.measure import PdfLayouts
from worker.parsing.ocr.page_reader import Ocr, ocr_unavailable
from worker.parsing.readers.attachments import name_attachments
from worker.parsing.readers.document_builder import DocumentBuilder, append_texts
from worker.parsing.readers.pdf import (
    attachments,
    fallback,
    layers,
    pictures,
    reading_order,
    truncation,
)
from worker.parsing.readers.pdf import page as pdf_page
from worker.parsing.readers.pdf.annotations import without_repetitions
from worker.parsing.readers.pdf.forms import xfa_document
from worker.parsing.readers.pdf.letters import unmapped
from worker.parsing.readers.pdf.letters.unmapped import Box
from worker.parsing.readers.pdf.page import PageReading
from worker.parsing.readers.pdf.picture_pages import PicturePages
from worker.parsing.readers.pdf.scans import FEW_LETTERS
from worker.parsing.readers.source import Source

# A form has fields on its first pages; counting those of 300 pages takes too long.
_MAX_FORM_PAGES = 3
_OTHER_CHARACTERS = "the text layer has other characters than are shown"
_UNKNOWN_LETTERS = "its font does not say which letters it has"
_DAMAGED_PICTURE = "it is damaged, or packed in a way that is not supported"
_WITHOUT_LAYER = (TextSource.OCR, TextSource.NOT_NEEDED)
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")


@dataclass(slots=True)
class _Findings:
    """What the pages gave so far. The lists hold indices.

    `unread` pages need OCR and got none, nor have they other text. The text layer of `garbled`
    pages is not what they show, and OCR read nothing; of `partly` read pages a part of it is so.
    `undrawn` pages have few letters, and pictures that cannot be shown.
    """

    failed: list[int] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    garbled: list[int] = field(default_factory=list)
    partly: list[int] = field(default_factory=list)
    undrawn: list[int] = field(default_factory=list)
    form_fields: int = 0
    read: int = 0

    def losses(self) -> Iterator[tuple[str, int]]:
        """Yield the sentences about what is lost, with the numbers of pages."""
        sentences = (
            (sorted(self.failed), "{} could not be read"),
            (self.garbled, f"{{}} could not be read: {_OTHER_CHARACTERS}"),
            (self.partly, f"a part of {{}} could not be read: {_UNKNOWN_LETTERS}"),
            (self.undrawn, f"a picture on {{}} cannot be shown: {_DAMAGED_PICTURE}"),
        )
        for pages, sentence in sentences:
            if pages:
                yield sentence.format(name_pages(pages)), len(pages)


def read_pdf(source: Source) -> Document:
    """Read the chosen pages of a PDF.

    Pages that are pictures of text are read by OCR. A page that fails, or that needs OCR and gets
    none, gives a warning. Raises FileError (`encrypted`, `corrupt`, `too_large`, `no_such_pages`;
    `ocr_unavailable` if OCR is missing and no page has text; `unsupported_type` for a form whose
    page only names the program that shows it).
    """
    data = source.read_all()
    try:
        found = _read_with_pdfium(source, data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY):
            return fallback.read_encrypted(source)
        found = None
    return _read_damaged(source, data) if found is None else found


def _read_damaged(source: Source, data: bytes) -> Document:
    """Read a file without pages for PDFium: by pypdf, or else what is left of a file cut off."""
    try:
        return fallback.read_with_pypdf(source)
    except FileError as error:
        if error.code != FileErrorCode.CORRUPT:
            raise
        for repaired in truncation.repairs(data):
            with contextlib.suppress(pypdfium2.PdfiumError):
                found = _read_with_pdfium(source, repaired)
                if found is not None:
                    return found.with_loss("the file is damaged: a part of it is missing")
        raise


def _read_with_pdfium(source: Source, data: bytes) -> Document | None:
    """Return the document, None if no page can be read. Raises PdfiumError and FileError."""
    document = pypdfium2.PdfDocument(data)
    try:
        return _read_document(source, document, data)
    finally:
        document.close()


def _read_document(source: Source, document: pypdfium2.PdfDocument, data: bytes) -> Document | None:
    total = len(document)
    if total == 0:
        return None
    form = xfa_document.read_instead_of_pages(source, document)
    if form is not None:
        return form
    document.init_forms()
    chosen = source.request.selection.choose(total, source.limits.max_pages)
    builder = DocumentBuilder(source)
    hidden = layers.find_hidden_layers(source, data)
    findings = _read_pages(source, document, chosen, builder, hidden)
    if findings.read == 0:
        return None
    if len(findings.unread) == findings.read:
        raise ocr_unavailable("the pages are pictures or have no readable text layer,", source.ocr)
    if findings.blank:
        are_all = len(findings.blank) == findings.read
        findings.failed += fallback.check_blank_pages(source, findings.blank, are_all=are_all)
    for sentence, pages in findings.losses():
        builder.add_loss(sentence, pages)
    for sentence in source.ocr.warnings():
        builder.add_warning(sentence)
    return xfa_document.refuse_cover(builder.build(total, findings.form_fields))


def _read_pages(
    source: Source,
    document: pypdfium2.PdfDocument,
    chosen: Sequence[int],
    builder: DocumentBuilder,
    hidden_layers: frozenset[str],
) -> _Findings:
    findings = _Findings()
    layouts = PdfLayouts(document) if source.request.mode == "MULTIMODAL" else None
    scans = PicturePages(document, source.ocr)
    files = attachments.read_names(document)
    is_portfolio = bool(files) and fallback.is_portfolio(source)
    if is_portfolio:
        builder.add_loss(
            "the file is a portfolio, and the files in it were not read: upload them one by one",
            len(files),
        )
    for position, index in enumerate(chosen):
        if builder.has_plenty:
            builder.add_page(DocumentPage(index, "", TextSource.NOT_NEEDED))
            continue
        try:
            read = pdf_page.read_page(
                document,
                index,
                source.limits.page_text_bytes,
                is_first=not builder.has_text,
                hidden_layers=hidden_layers,
            )
            if read.may_be_picture:
                read = scans.read(read, is_needed=not builder.has_enough)
            read = _read_vertical(source, read)
        except pypdfium2.PdfiumError:
            findings.failed.append(index)
            continue
        has_print = read.has_print and not builder.has_enough
        page = _put_in_order(read.page, read.right_to_left)
        page = _add_texts_by_ocr(
            source, document, page, read.unmapped, findings, has_print=has_print
        )
        if is_portfolio and attachments.is_portfolio_cover(page.text):
            page = replace(page, text="", source=TextSource.NONE, headings=())
        page = _add_annotations(page, read, files if findings.read == 0 else [])
        findings.read += 1
        _record(findings, read, page, position)
        if not builder.add_page(page, layouts.measure(index, page.text) if layouts else None):
            break
    return findings


def _add_texts_by_ocr(
    source: Source,
    document: pypdfium2.PdfDocument,
    page: DocumentPage,
    boxes: Sequence[Box],
    findings: _Findings,
    *,
    has_print: bool,
) -> DocumentPage:
    """Return a page with the passages and pictures that only OCR can read beside its text layer.

    `boxes` are those of the passages. With `has_print` its pictures are of printed text.
    """
    if unmapped.MARK in page.text:
        page, is_whole = _read_unmapped(source.ocr, document, page, boxes)
        if not is_whole:
            findings.partly.append(page.index)
    if has_print or source.request.mode == "MULTIMODAL":
        page = _add_pictures(source.ocr, document, page, has_print=has_print)
    return page


def _read_vertical(source: Source, read: PageReading) -> PageReading:
    """Return a page with the East Asian text that PDFium does not find.

    Where the system has no font for it, vertical writing has no width for PDFium.
    """
    if not read.draws_text or read.garbled or read.page.text.strip():
        return read
    text = fallback.reread_text(source, read.page.index)
    if not _EAST_ASIAN.search(text):
        return read
    page = replace(read.page, text=text, source=TextSource.TEXT_LAYER)
    return replace(read, page=page, may_be_picture=False)


def _read_unmapped(
    ocr: Ocr, document: pypdfium2.PdfDocument, page: DocumentPage, boxes: Sequence[Box]
) -> tuple[DocumentPage, bool]:
    """Return a page with the passages that only OCR can read, and whether it read all of them."""
    first, *others = page.text.split(unmapped.MARK)
    try:
        crops = pictures.crop_passages(document, page.index, ocr.dpi, boxes)
    except pypdfium2.PdfiumError:
        crops = []
    pieces = [first]
    is_whole = True
    for crop, after in zip_longest(crops[: len(others)], others):
        found = ocr.read_pictures(page.index, partial(list, (crop,))) if crop else []
        is_whole = is_whole and bool(found)
        pieces += (*found, after or "")
    return replace(page, text="".join(pieces)), is_whole


def _add_pictures(
    ocr: Ocr, document: pypdfium2.PdfDocument, page: DocumentPage, *, has_print: bool
) -> DocumentPage:
    """Append the texts on the pictures of a page with a text layer to it."""
    if page.source in _WITHOUT_LAYER:
        return page
    if has_print and ocr.failure is not None:
        ocr.skip_page(page.index, ocr.failure)
    try:
        texts = ocr.read_pictures(
            page.index, lambda: pictures.crop_pictures(document, page.index, ocr.dpi)
        )
    except pypdfium2.PdfiumError:
        return page
    return append_texts(page, texts)


def _add_annotations(page: DocumentPage, read: PageReading, files: list[str]) -> DocumentPage:
    """Append the texts of a page's annotations, and the names of attached files."""
    found = read.annotations.texts
    texts = without_repetitions(page.text, found) if found else []
    named = name_attachments([*files, *read.annotations.attachments])
    if not (texts or named):
        return page
    text = "\n".join(filter(None, (page.text.rstrip(), *texts)))
    source = TextSource.TEXT_LAYER if page.source is TextSource.NONE else page.source
    return replace(page, text="\n\n".join(filter(None, (text, named))), source=source)


def _record(findings: _Findings, read: PageReading, page: DocumentPage, position: int) -> None:
    if position < _MAX_FORM_PAGES:
        findings.form_fields += read.annotations.form_fields
    if read.has_damaged_picture:
        findings.undrawn.append(page.index)
    if read.may_be_picture:
        if len("".join(page.text.split())) < FEW_LETTERS:
            findings.unread.append(page.index)
    elif read.garbled and not page.text.strip():
        findings.garbled.append(page.index)
    elif read.is_blank:
        findings.blank.append(page.index)


def _put_in_order(page: DocumentPage, right_to_left: str) -> DocumentPage:
    """Return a page with lines from right to left in the order in which people read them.

    `right_to_left` is the text by the places of the letters, if they are known.
    """
    if page.source is not TextSource.TEXT_LAYER or page.text.isascii():
        return page
    if not right_to_left and not reading_order.is_right_to_left(page.text):
        return page
    return replace(page, text=reading_order.choose_order(right_to_left or page.text))
