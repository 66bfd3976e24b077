"""Reads documents of Hangul 5.0 and later (hwp): streams of records in a compound file.

Layout: "Hangul Word Processor Binary File Format 5.0" by Hancom, 3.2.1 (header), 4.1 (records) and
4.2.2 (text of paragraphs).
"""

import re
import struct
import zlib
from collections.abc import Iterator

from olefile import OleFileIO

from app.errors import FileError, FileErrorCode
from worker.parsing.document import Document
from worker.parsing.readers.document_builder import build_text_document, sanitize
from worker.parsing.readers.source import Source

_FLAGS_AT = 36
_COMPRESSED, _HAS_PASSWORD, _IS_DISTRIBUTED = 0x01, 0x02, 0x04
_TEXT, _EQUATION = 67, 88
_SECTION = re.compile(r"section(\d{1,6})", re.IGNORECASE)
_LONG = 0xFFF
_MAX_BYTES = 16 << 20
# More than the text limit of a document; the rest would be cut anyway.
_MAX_CHARACTERS = 1 << 21
# Codes below a space: some stand alone, the others are the first and the last of eight units, which
# hold a tab or the place of a table.
_ALONE = {0: "", 10: "\n", 13: "\n", 24: "-", 30: " ", 31: " "}
_TAB = 9
_UNITS = 8


def read_hwp(source: Source) -> Document:
    """Read a document's paragraphs, with those in tables, boxes, notes and headers.

    Raises FileError (`encrypted`, `corrupt`, `no_such_pages`).
    """
    try:
        ole = OleFileIO(source.file)
        header = ole.openstream("FileHeader").read()
        (flags,) = struct.unpack_from("<L", header, _FLAGS_AT)
        if flags & (_HAS_PASSWORD | _IS_DISTRIBUTED):
            raise FileError(FileErrorCode.ENCRYPTED, "the file is encrypted and needs a password")
        names = _section_names(ole)
        texts, lost = _read_sections(ole, names, is_packed=bool(flags & _COMPRESSED))
    except (OSError, struct.error, ValueError, IndexError, TypeError) as error:
        raise _corrupt() from error
    if len(lost) == len(names):
        raise _corrupt()
    return build_text_document(source, sanitize("\n".join(texts)), lost=lost)


def _corrupt() -> FileError:
    return FileError(FileErrorCode.CORRUPT, "the file is damaged: its text cannot be read")


def _section_names(ole: OleFileIO) -> list[str]:
    found = {
        int(match[1]): path[1]
        for path in ole.listdir()
        if len(path) == 2 and path[0].lower() == "bodytext"
        if (match := _SECTION.fullmatch(path[1]))
    }
    return [found[number] for number in sorted(found)]


def _read_sections(
    ole: OleFileIO, names: list[str], *, is_packed: bool
) -> tuple[list[str], list[str]]:
    """Return the paragraphs of all sections, and sentences on those that cannot be read."""
    texts: list[str] = []
    lost: list[str] = []
    room = _MAX_CHARACTERS
    for number, name in enumerate(names, 1):
        try:
            data = ole.openstream(["BodyText", name]).read()
            if is_packed:
                data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, _MAX_BYTES)
        except (OSError, zlib.error):
            lost.append(f"section {number} of the document could not be read")
            continue
        for text in _paragraphs(data):
            texts.append(text)
            room -= len(text)
            if room < 0:
                return texts, lost
    return texts, lost


def _paragraphs(data: bytes) -> Iterator[str]:
    """Yield the texts in the records of a section, and the sources of its equations."""
    at = 0
    while at + 4 <= len(data):
        (head,) = struct.unpack_from("<L", data, at)
        kind, size = head & 0x3FF, head >> 20
        at += 4
        if size == _LONG and at + 4 <= len(data):
            (size,) = struct.unpack_from("<L", data, at)
            at += 4
        content = data[at : at + size]
        if kind == _TEXT:
            yield _plain(content)
        elif kind == _EQUATION and len(content) >= 6:
            (length,) = struct.unpack_from("<4xH", content)
            yield content[6 : 6 + 2 * length].decode("utf-16-le", "replace")
        at += size


def _plain(content: bytes) -> str:
    units = struct.unpack(f"<{len(content) // 2}H", content[: len(content) // 2 * 2])
    found = []
    at = 0
    while at < len(units):
        unit = units[at]
        if unit >= 0x20 or unit in _ALONE:
            found.append(_ALONE.get(unit, chr(unit)))
            at += 1
        else:
            found.append("\t" if unit == _TAB else "")
            at += _UNITS
    text = "".join(found).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.strip()
