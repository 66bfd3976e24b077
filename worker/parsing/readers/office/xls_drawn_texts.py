"""Reads the texts of an xls that are in no cell: text boxes, comments, headers, charts.

Layout: [MS-XLS] 2.1.4 (records), 2.4.28 (BoundSheet8), 2.4.329 (TxO), 2.4.136 (Header), 2.4.254
(SeriesText).
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from olefile import OleFileIO

_BOF, _EOF, _CONTINUE, _SHEET = 0x0809, 0x000A, 0x003C, 0x0085
_DRAWN, _SERIES, _HEADERS = 0x01B6, 0x100D, frozenset({0x0014, 0x0015})
_BIFF8 = 0x0600
# Hidden, or so that only a program can show it.
_HIDDEN = 0x03
_MAX_CHARACTERS = 1 << 20
# Fonts, dates and page numbers in headers.
_HEADER_CODE = re.compile(r'&(?:"[^"]*"|\d+|.)')


class BadWorkbook(Exception):
    """The workbook is damaged."""


@dataclass(slots=True)
class SheetTexts:
    """A sheet by its name, and the texts that are in none of its cells."""

    name: str
    is_hidden: bool = False
    texts: list[str] = field(default_factory=list)


def read_drawn_texts(ole: OleFileIO) -> list[SheetTexts]:
    """Return the sheets of a workbook of Excel 97 or later, none for older ones.

    Raises BadWorkbook.
    """
    try:
        name = next((each for each in ("Workbook", "Book") if ole.exists(each)), "Workbook")
        return _read_sheets(ole.openstream(name).read())
    except (OSError, struct.error, ValueError, IndexError, TypeError) as error:
        raise BadWorkbook(str(error)) from error


def _read_sheets(book: bytes) -> list[SheetTexts]:
    sheets: dict[int, SheetTexts] = {}
    for kind, body in _records(book, 0, len(book)):
        if kind == _BOF and struct.unpack_from("<H", body)[0] != _BIFF8:
            return []
        if kind == _SHEET:
            (start,) = struct.unpack_from("<L", body)
            is_hidden = bool(body[4] & _HIDDEN)
            sheets.setdefault(start, SheetTexts(_short_string(body[6:]), is_hidden))
    room = _MAX_CHARACTERS
    # No sheet reaches into the next, so each record is looked at once.
    for start, end in pairwise((*sorted(sheets), len(book))):
        texts = sheets[start].texts
        for text in dict.fromkeys(_texts(book, start, end)):
            if text and room > 0:
                texts.append(text)
                room -= len(text)
    return list(sheets.values())


def _records(book: bytes, at: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a part of the workbook with the charts in it, up to its end."""
    depth = 0
    while at + 4 <= end:
        kind, size = struct.unpack_from("<2H", book, at)
        yield kind, book[at + 4 : at + 4 + size]
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        at += 4 + size


def _texts(book: bytes, start: int, end: int) -> Iterator[str]:
    """Yield the texts of a sheet, each in one line."""
    left = 0
    pieces: list[str] = []
    for kind, body in _records(book, start, end):
        if kind == _DRAWN and len(body) >= 12:
            (left,) = struct.unpack_from("<H", body, 10)
            pieces = []
        elif kind == _CONTINUE and left and body:
            piece = _characters(body[1:], body[0], left)
            pieces.append(piece)
            left -= len(piece)
            if left <= 0 or not piece:
                left = 0
                yield " ".join("".join(pieces).split())
        elif kind in _HEADERS and len(body) > 3:
            text = _characters(body[3:], body[2], int.from_bytes(body[:2], "little"))
            yield " ".join(_HEADER_CODE.sub(" ", text).split())
        elif kind == _SERIES:
            yield " ".join(_short_string(body[2:]).split())


def _short_string(body: bytes) -> str:
    """Return a string with its length in one byte ([MS-XLS] 2.5.240)."""
    return _characters(body[2:], body[1], body[0]) if len(body) > 2 else ""


def _characters(data: bytes, flags: int, count: int) -> str:
    if flags & 1:
        return data[: 2 * count].decode("utf-16-le", "replace")
    return data[:count].decode("latin-1")
