"""Reads documents of other formats that are inserted whole into a word processing file.

Layout: ECMA-376 part 1, 17.17.2.1 (`w:altChunk`). Word shows them as part of the text.
"""

import io
import re
from email.message import Message
from email.parser import BytesParser

from app.errors import FileError
from app.files.sniff.sniff import sniff
from worker.parsing.readers.decoding import decode
from worker.parsing.readers.document_builder import sanitize
from worker.parsing.readers.html import visible_text
from worker.parsing.readers.office import kreuzberg_adapter
from worker.parsing.readers.office.package import BadPart

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w:-]{1,40})", re.IGNORECASE)
_CHARSET_WITHIN = 4096


def chunk_type(name: str, data: bytes) -> str:
    """Return the type of an inserted document: `docx`, `rtf`, `html`, `eml` for MHTML, `txt`."""
    kind = sniff(io.BytesIO(data), name).extension
    is_markup = data[:_CHARSET_WITHIN].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \r\n\t").startswith(b"<")
    return "html" if kind == "txt" and is_markup else kind


def read_chunk(kind: str, data: bytes) -> str:
    """Return the text of an inserted document that is no docx. Raises BadPart."""
    if kind == "html":
        return _html(data)
    if kind == "eml":
        return _web_archive(data)
    if kind == "rtf":
        try:
            return sanitize(kreuzberg_adapter.extract(data, kind).text)
        except FileError as error:
            raise BadPart("the inserted document is damaged") from error
    if kind in ("txt", "md", "csv", "tsv", "json", "xml"):
        return sanitize(decode(data))
    raise BadPart(f"{kind} is no type of an inserted document")


def _html(data: bytes, charset: str | None = None) -> str:
    declared = _CHARSET.search(data[:_CHARSET_WITHIN])
    if declared is not None:
        charset = declared.group(1).decode("ascii", "replace")
    return visible_text(sanitize(decode(data, charset)))[0]


def _web_archive(data: bytes) -> str:
    """Return the text of the pages of a MIME HTML file: RFC 2557."""
    texts = []
    part: Message
    for part in BytesParser().parsebytes(data).walk():
        if part.get_content_maintype() == "text":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                is_html = part.get_content_subtype() == "html"
                charset = part.get_content_charset()
                text = _html(content, charset) if is_html else sanitize(decode(content, charset))
                texts.append(text)
    return "\n\n".join(filter(None, texts))
