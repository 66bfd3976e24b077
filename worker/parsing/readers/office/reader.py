"""Reads Microsoft Office documents."""

import html
import re
from typing import BinaryIO

from app.files.sniff import zip_directory
from worker.parsing.document import Document
from worker.parsing.readers.document_builder import (
    PAGE_CHARACTERS,
    build_document,
    build_text_document,
    paginate_text,
    sanitize,
)
from worker.parsing.readers.office import kreuzberg_adapter
from worker.parsing.readers.office.kreuzberg_adapter import Extracted
from worker.parsing.readers.office.pictures import OfficePictures
from worker.parsing.readers.source import Source

_SLIDES = frozenset({"pptx", "ppt"})
_WITH_PICTURES = frozenset({"docx", "pptx"})
_SHEETS = frozenset({"xlsx", "xls"})
_WORKBOOK = "xl/workbook.xml"
_MAX_WORKBOOK_BYTES = 1 << 20
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_HEADER_PART = re.compile(r"word/(header|footer)\d*\.xml")
_MAX_HEADER_PARTS = 12
_MAX_HEADER_BYTES = 256 * 1024
_TEXT_OR_PARAGRAPH = re.compile(r"<w:t(?:\s[^>]*)?>([^<]*)</w:t>|(</w:p>|<w:tab/>|<w:br/>)")
_HAS_LETTERS = re.compile(r"[^\W\d_]{3}")
_HIDDEN = re.compile(rb"\sstate\s*=\s*[\"'](?:hidden|veryHidden)[\"']")


def read_office(source: Source) -> Document:
    """Read an office file.

    A page is a slide, a visible sheet, the text between two page breaks of a docx, or about 3000
    characters. Raises FileError (`corrupt`, `no_such_pages`).
    """
    extension = source.type.extension
    extracted = kreuzberg_adapter.extract(source.read_all(), extension)
    if extension in _SLIDES and extracted.parts:
        return _with_pictures(source, [part.strip() for part in extracted.parts])
    if extension in _SHEETS and extracted.sheets:
        pages = _visible(source, extracted.sheets)
    elif extension == "docx":
        return _with_pictures(source, _with_headers(source, _split_long_parts(extracted)))
    else:
        return build_text_document(source, sanitize(extracted.text))
    return build_document(source, [page.strip() for page in pages])


def _split_long_parts(extracted: Extracted) -> list[str]:
    """Return the text between page breaks; cut it where it is longer than a dense page."""
    if len(extracted.parts) < 2:
        return paginate_text(sanitize(extracted.text))
    pages: list[str] = []
    for part in extracted.parts:
        text = sanitize(part).strip()
        pages += paginate_text(text) if len(text) > 2 * PAGE_CHARACTERS else [text]
    return pages


def _with_headers(source: Source, pages: list[str]) -> list[str]:
    """Put the headers before the text of the first page, and the footers after it."""
    header, footer = read_docx_headers(source.file)
    first = "\n\n".join(text for text in (header, pages[0], footer) if text)
    return [first, *pages[1:]]


def read_docx_headers(file: BinaryIO) -> tuple[str, str]:
    """Return the text of a docx's headers and that of its footers, without repetitions.

    kreuzberg leaves them out (ECMA-376 part 1, 17.10). Parts without a word, such as page
    numbers, and damaged parts are left out.
    """
    found: dict[str, list[str]] = {"header": [], "footer": []}
    members = zip_directory.list_members(file)
    parts = [member for member in members if _HEADER_PART.fullmatch(member.name)]
    for member in parts[:_MAX_HEADER_PARTS]:
        try:
            data = zip_directory.read_member(file, member, _MAX_HEADER_BYTES)
        except zip_directory.BadZip:
            continue
        text = _plain_text(data.decode("utf-8", "replace"))
        texts = found["header" if "header" in member.name else "footer"]
        if _HAS_LETTERS.search(text) and text not in texts:
            texts.append(text)
    return "\n".join(found["header"]), "\n".join(found["footer"])


def _plain_text(markup: str) -> str:
    pieces = [
        html.unescape(match.group(1)) if match.group(1) is not None else "\n"
        for match in _TEXT_OR_PARAGRAPH.finditer(markup)
    ]
    lines = (line.strip() for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)


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
