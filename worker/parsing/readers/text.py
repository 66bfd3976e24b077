"""Reads plain text of every kind: txt, md, csv, tsv, json, xml."""

import re

from worker.parsing.document import Document
from worker.parsing.readers.decoding import decode
from worker.parsing.readers.document_builder import build_text_document, sanitize
from worker.parsing.readers.source import Source

_XML_ENCODING = re.compile(rb"\s*<\?xml[^>]{0,100}encoding=[\"']([\w.:-]{1,40})[\"']")


def read_text(source: Source) -> Document:
    """Read a text file as it is, with its markup; a page has about 3000 characters.

    Raises FileError (`no_such_pages`).
    """
    data = source.read_all()
    return build_text_document(source, sanitize(decode(data, declared_encoding(data))))


def declared_encoding(data: bytes) -> str | None:
    """Return the encoding that an XML declaration at the start of the file names, or None."""
    declared = _XML_ENCODING.match(data)
    return declared.group(1).decode("ascii") if declared else None
