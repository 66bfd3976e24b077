"""Reads documents of other formats that are inserted whole into a word processing file.

Layout: ECMA-376 part 1, 17.17.2.1 (`w:altChunk`). Word shows them as part of the text.
"""

import io
import re

from app.files.sniff.sniff import sniff
from worker.parsing.readers.document_builder import sanitize
from worker.parsing.readers.encodings.decoding import decode
from worker.parsing.readers.mail.mhtml import mhtml_text
from worker.parsing.readers.markup.html import visible_text
from worker.parsing.readers.office.package import BadPart
from worker.parsing.readers.rtf.reader import rtf_text

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w:-]{1,40})", re.IGNORECASE)
_CHARSET_WITHIN = 4096


def chunk_type(name: str, data: bytes) -> str:
    """Return the type of an inserted document: `docx`, `rtf`, `html`, `mhtml`, `txt`."""
    kind = sniff(io.BytesIO(data), name).extension
    is_markup = data[:_CHARSET_WITHIN].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \r\n\t").startswith(b"<")
    return "html" if kind == "txt" and is_markup else kind


def read_chunk(kind: str, data: bytes) -> str:
    """Return the text of an inserted document that is no docx. Raises BadPart."""
    if kind == "html":
        return _html(data)
    if kind in ("eml", "mhtml"):
        return mhtml_text(data)[0]
    if kind == "rtf":
        return sanitize(rtf_text(data))
    if kind in ("txt", "md", "csv", "tsv", "json", "xml"):
        return sanitize(decode(data))
    raise BadPart(f"{kind} is no type of an inserted document")


def _html(data: bytes) -> str:
    declared = _CHARSET.search(data[:_CHARSET_WITHIN])
    charset = declared.group(1).decode("ascii", "replace") if declared else None
    return visible_text(sanitize(decode(data, charset)))[0]
