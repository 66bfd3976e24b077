"""Office documents, books and mail."""

from worker.parsing import kreuzberg_adapter
from worker.parsing.collect import clean, collect_texts
from worker.parsing.document import Document
from worker.parsing.flow import split_flow
from worker.parsing.source import Source

_PAGED = frozenset({"pptx", "ppt", "xlsx", "xls", "ods", "docx"})


def read_office(source: Source) -> Document:
    """Read an office, book or mail file; what is a page depends on the format.

    Raises FileError (`corrupt`, `no_such_pages`).
    """
    extension = source.type.extension
    extracted = kreuzberg_adapter.extract(source.read_all(), extension)
    if extension in _PAGED and len(extracted.pages) > 1:
        return collect_texts(source, [clean(page).strip() for page in extracted.pages])
    return collect_texts(source, split_flow(clean(extracted.text)))
