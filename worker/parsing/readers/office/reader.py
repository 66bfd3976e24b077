"""Reads office documents, books and mail."""

import re

from app.files.sniff import zip_directory
from worker.parsing.document import Document
from worker.parsing.readers.document_builder import (
    build_document,
    build_text_document,
    sanitize,
)
from worker.parsing.readers.office import kreuzberg_adapter
from worker.parsing.readers.office.kreuzberg_adapter import Extracted
from worker.parsing.readers.office.pictures import OfficePictures
from worker.parsing.readers.source import Source

_SLIDES = frozenset({"pptx", "ppt"})
_WITH_PICTURES = frozenset({"pptx"})
_SHEETS = frozenset({"xlsx", "xls", "ods"})
_MAX_NAMES = 20
_MAX_NAME_CHARACTERS = 100
_WORKBOOK = "xl/workbook.xml"
_MAX_WORKBOOK_BYTES = 1 << 20
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_HIDDEN = re.compile(rb"\sstate\s*=\s*[\"'](?:hidden|veryHidden)[\"']")


def read_office(source: Source) -> Document:
    """Read an office, book or mail file.

    A page is a slide, a visible sheet, or about 3000 characters. Raises FileError (`corrupt`,
    `no_such_pages`).
    """
    extension = source.type.extension
    extracted = kreuzberg_adapter.extract(source.read_all(), extension)
    if extension in _SLIDES and extracted.parts:
        return _with_pictures(source, [part.strip() for part in extracted.parts])
    if extension in _SHEETS and extracted.sheets:
        pages = _visible(source, extracted.sheets)
    else:
        text = "\n\n".join(filter(None, (extracted.text, _name_attachments(extracted))))
        return build_text_document(source, sanitize(text))
    return build_document(source, [page.strip() for page in pages])


def _name_attachments(extracted: Extracted) -> str:
    """Return a line with the names of a mail's attachments, or nothing without any."""
    names = [" ".join(name.split())[:_MAX_NAME_CHARACTERS] for name in extracted.attachments]
    if not any(names):
        return ""
    more = len(names) - _MAX_NAMES
    listed = ", ".join(filter(None, names[:_MAX_NAMES]))
    return f"Attachments: {listed}" + (f" and {more} more" if more > 0 else "")


def _with_pictures(source: Source, pages: list[str]) -> Document:
    """Return the document; in MULTIMODAL mode with the texts on the pictures of its pages."""
    if source.request.mode != "MULTIMODAL" or source.type.extension not in _WITH_PICTURES:
        return build_document(source, pages)
    return build_document(source, pages, OfficePictures(source, len(pages)).read)


def _visible(source: Source, sheets: tuple[str, ...]) -> list[str]:
    """Return the sheets that the workbook does not hide, or all sheets if it hides all."""
    hidden = _hidden_sheets(source) if source.type.extension == "xlsx" else frozenset()
    visible = [text for number, text in enumerate(sheets) if number not in hidden]
    return visible or list(sheets)


def _hidden_sheets(source: Source) -> frozenset[int]:
    """Return the positions of the hidden sheets, from 0."""
    members = {member.name: member for member in zip_directory.list_members(source.file)}
    try:
        workbook = zip_directory.read_member(source.file, members[_WORKBOOK], _MAX_WORKBOOK_BYTES)
    except (KeyError, zip_directory.BadZip):
        return frozenset()
    return frozenset(
        number for number, sheet in enumerate(_SHEET.findall(workbook)) if _HIDDEN.search(sheet)
    )
