"""Office documents, books and mail."""

import re

from app.files.sniff import zip_directory
from worker.parsing.document import Document
from worker.parsing.readers import kreuzberg_adapter
from worker.parsing.readers.document_builder import clean, collect_texts
from worker.parsing.readers.docx_headers import read_letterhead
from worker.parsing.readers.kreuzberg_adapter import Extracted
from worker.parsing.readers.office_pictures import OfficePictures
from worker.parsing.readers.pagination import PAGE_CHARACTERS, split_flow
from worker.parsing.readers.source import Source

_SLIDES = frozenset({"pptx", "ppt"})
_WITH_PICTURES = frozenset({"docx", "pptx"})
_SHEETS = frozenset({"xlsx", "xls", "ods"})
_MOST_NAMES = 20
_NAME_CHARACTERS = 100
_WORKBOOK = "xl/workbook.xml"
_WORKBOOK_LIMIT = 1 << 20
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_HIDDEN = re.compile(rb"\sstate\s*=\s*[\"'](?:hidden|veryHidden)[\"']")


def read_office(source: Source) -> Document:
    """Read an office, book or mail file.

    A page is a slide, a visible sheet, what lies between the page breaks of a docx, and else
    3000 characters. Raises FileError (`corrupt`, `no_such_pages`).
    """
    extension = source.type.extension
    extracted = kreuzberg_adapter.extract(source.read_all(), extension)
    if extension in _SLIDES and extracted.parts:
        return _with_pictures(source, [part.strip() for part in extracted.parts])
    if extension in _SHEETS and extracted.sheets:
        pages = _visible(source, extracted.sheets)
    elif extension == "docx":
        return _with_pictures(source, _with_letterhead(source, _split_long_parts(extracted)))
    else:
        text = "\n\n".join(filter(None, (extracted.text, _name_attachments(extracted))))
        return collect_texts(source, split_flow(clean(text)))
    return collect_texts(source, [page.strip() for page in pages])


def _name_attachments(extracted: Extracted) -> str:
    """Return a line with the names of a mail's attachments; they say what the mail is about."""
    names = [" ".join(name.split())[:_NAME_CHARACTERS] for name in extracted.attachments]
    if not any(names):
        return ""
    more = len(names) - _MOST_NAMES
    listed = ", ".join(filter(None, names[:_MOST_NAMES]))
    return f"Attachments: {listed}" + (f" and {more} more" if more > 0 else "")


def _split_long_parts(extracted: Extracted) -> list[str]:
    """Cut what lies between page breaks where it is more than a densely printed page."""
    if len(extracted.parts) < 2:
        return split_flow(clean(extracted.text))
    pages: list[str] = []
    for part in extracted.parts:
        text = clean(part).strip()
        pages += split_flow(text) if len(text) > 2 * PAGE_CHARACTERS else [text]
    return pages


def _with_letterhead(source: Source, pages: list[str]) -> list[str]:
    """Put headers before and footers after the first page: a letter says there what it is."""
    header, footer = read_letterhead(source.file)
    first = "\n\n".join(text for text in (header, pages[0], footer) if text)
    return [first, *pages[1:]]


def _with_pictures(source: Source, pages: list[str]) -> Document:
    """Return the document; in MULTIMODAL mode with what is written on pictures of its pages."""
    if source.request.mode != "MULTIMODAL" or source.type.extension not in _WITH_PICTURES:
        return collect_texts(source, pages)
    return collect_texts(source, pages, OfficePictures(source, len(pages)).read)


def _visible(source: Source, sheets: tuple[str, ...]) -> list[str]:
    """Leave out the sheets that a workbook hides; where all are hidden, none."""
    hidden = _hidden_sheets(source) if source.type.extension == "xlsx" else frozenset()
    visible = [text for number, text in enumerate(sheets) if number not in hidden]
    return visible or list(sheets)


def _hidden_sheets(source: Source) -> frozenset[int]:
    """Return the numbers of hidden sheets, from 0, in the order of the workbook."""
    members = {member.name: member for member in zip_directory.list_members(source.file)}
    try:
        workbook = zip_directory.read_member(source.file, members[_WORKBOOK], _WORKBOOK_LIMIT)
    except (KeyError, zip_directory.BadZip):
        return frozenset()
    return frozenset(
        number for number, sheet in enumerate(_SHEET.findall(workbook)) if _HIDDEN.search(sheet)
    )
