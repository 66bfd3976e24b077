"""Reads office documents, books and mail."""

from collections.abc import Sequence

from worker.parsing.document import Document
from worker.parsing.readers.document_builder import (
    build_document,
    build_text_document,
    sanitize,
)
from worker.parsing.readers.office import kreuzberg_adapter
from worker.parsing.readers.office.kreuzberg_adapter import Extracted
from worker.parsing.readers.source import Source

_SHEETS = frozenset({"xls", "ods"})
_MAX_NAMES = 20
_MAX_NAME_CHARACTERS = 100


def read_office(source: Source) -> Document:
    """Read an office, book or mail file.

    A page is a slide, a sheet, the text between two page breaks of a docx, or about 3000
    characters. Raises FileError (`corrupt`, `no_such_pages`).
    """
    extension = source.type.extension
    extracted = kreuzberg_adapter.extract(source.read_all(), extension)
    pages: Sequence[str]
    if extension == "ppt" and extracted.parts:
        pages = extracted.parts
    elif extension in _SHEETS and extracted.sheets:
        pages = extracted.sheets
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
