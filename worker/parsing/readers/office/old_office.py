"""Reads old Office files (doc, xls, ppt): what kreuzberg reads, and what it leaves out."""

import struct

from olefile import OleFileIO

from app.files.sniff.ole_directory import SIGNATURE
from worker.parsing.document import Document
from worker.parsing.readers.document_builder import (
    build_document,
    build_text_document,
    read_texts,
    sanitize,
)
from worker.parsing.readers.office import kreuzberg_adapter
from worker.parsing.readers.office.binary_slides.powerpoint_95 import (
    is_powerpoint_95,
    read_powerpoint_95,
)
from worker.parsing.readers.office.binary_slides.presentation import Presentation
from worker.parsing.readers.office.binary_slides.records import BadPresentation
from worker.parsing.readers.office.binary_word.text import BadDocument, DocText, read_doc_text
from worker.parsing.readers.office.binary_workbook.records import BadWorkbook
from worker.parsing.readers.office.binary_workbook.xls import Sheet, read_sheets, read_stream
from worker.parsing.readers.source import Source

_ONLY_PICTURES = "the document consists of pictures, which were not read: save it as PDF"
_ONE_PAGE = "the presentation is of PowerPoint 95: its slides were read as one page, without notes"
_DOCUMENTS = frozenset({"worddocument", "workbook", "book", "powerpoint document", "package"})


def read_doc(source: Source) -> Document:
    """Read a Word document, with headers before and footers, notes and boxes after the text.

    kreuzberg reads the main text of damaged ones. Raises FileError (`corrupt`, `no_such_pages`).
    """
    lost = []
    try:
        ole = _open(source)
        found = read_doc_text(ole)
        lost += _embedded(ole)
        if found.are_formats_lost:
            lost.append("hidden and deleted text of the document could not be told from other text")
    except (BadDocument, OSError):
        found = DocText(kreuzberg_adapter.extract(source.read_all(), "doc").text)
        lost.append("headers, notes and text boxes of the document could not be read")
    parts = (*found.headers, found.main, *found.others, *found.footers)
    text = sanitize("\n\n".join(filter(None, parts)))
    if found.has_pictures and not text.strip():
        lost.append(_ONLY_PICTURES)
    return build_text_document(source, text, lost=lost)


def read_ppt(source: Source) -> Document:
    """Read a presentation; a page is a slide with its notes and comments, also a hidden slide.

    Of PowerPoint 95, the texts are read as one page. kreuzberg reads damaged ones.

    Raises FileError (`corrupt`, `no_such_pages`).
    """
    lost = []
    try:
        ole = _open(source)
        if is_powerpoint_95(ole):
            return build_document(source, [sanitize(read_powerpoint_95(ole))], lost=[_ONE_PAGE])
        slides = Presentation(ole)
        texts = [sanitize(text) for text in read_texts(source, len(slides), slides.read)]
        lost += slides.lost + _name_embedded(slides.count_embedded())
        if slides.has_pictures and not any(texts):
            lost.append(_ONLY_PICTURES)
    except (BadPresentation, OSError):
        extracted = kreuzberg_adapter.extract(source.read_all(), "ppt")
        texts = [sanitize(slide).strip() for slide in extracted.parts]
        texts = texts if any(texts) else [sanitize(extracted.text).strip()]
        if not any(texts):
            raise kreuzberg_adapter.damaged("ppt") from None
        lost.append("the order of slides and comments of the presentation could not be read")
    return build_document(source, texts or [""], lost=lost)


def read_xls(source: Source) -> Document:
    """Read a workbook by sheets, each with the texts that are in none of its cells at the end.

    Sheets that the workbook hides are left out, unless all are hidden.

    Raises FileError (`corrupt`, `no_such_pages`).
    """
    lost = []
    try:
        if _is_stream(source):
            sheets = read_stream(source.read_all(), source.limits.page_text_bytes)
        else:
            ole = _open(source)
            sheets = read_sheets(ole, source.limits.page_text_bytes)
            lost += _embedded(ole)
    except (BadWorkbook, OSError):
        sheets = _read_values(source)
        lost.append(
            "the workbook is damaged or very old: formats of numbers, text boxes, comments and"
            " headers could not be read"
        )
    lost += [f"a part of the sheet {each.name} could not be read" for each in sheets if each.is_cut]
    shown = [sheet for sheet in sheets if not sheet.is_hidden] or sheets
    has_text = any(each.rows or each.drawn for each in shown)
    if not has_text and any(each.has_pictures for each in shown):
        lost.append(_ONLY_PICTURES)
    return build_document(source, [sanitize(sheet.text) for sheet in shown], lost=lost)


def _is_stream(source: Source) -> bool:
    """Tell a workbook that is not in a compound file."""
    source.file.seek(0)
    return source.file.read(8) != SIGNATURE


def _read_values(source: Source) -> list[Sheet]:
    """Return the sheets by kreuzberg, with numbers and dates as they are stored."""
    extracted = kreuzberg_adapter.extract(source.read_all(), "xls")
    texts = extracted.sheets or (extracted.text,)
    return [
        Sheet(name.strip(), rows=[rows.strip()])
        for name, _, rows in (text.strip().partition("\n") for text in texts)
    ]


def _open(source: Source) -> OleFileIO:
    """Open the compound file. Raises OSError when its directory is damaged."""
    source.file.seek(0)
    try:
        return OleFileIO(source.file)
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise OSError("damaged directory") from error
    except struct.error as error:
        raise OSError("damaged header") from error


def _embedded(ole: OleFileIO) -> list[str]:
    """Return a sentence on the documents within the file, if there are any."""
    places = {
        "/".join(path[:-1])
        for path in ole.listdir()
        if len(path) > 1 and path[-1].lower() in _DOCUMENTS
    }
    return _name_embedded(len(places))


def _name_embedded(count: int) -> list[str]:
    if count <= 1:
        return ["a document embedded in the file was not read"] * count
    return [f"{count} documents embedded in the file were not read"]
