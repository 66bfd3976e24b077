"""Reads the texts of an xls that are in no cell: text boxes, comments, shapes, headers, charts.

Layout: [MS-XLS] 2.4.329 (TxO), 2.4.170 (MsoDrawing), 2.4.136 (Header), 2.4.254 (SeriesText).
"""

import struct
from collections.abc import Iterator

from worker.parsing.readers.office.binary_workbook.records import (
    CONTINUE,
    characters,
    long_string,
    records,
    short_string,
)
from worker.parsing.readers.office.shape_properties import shape_texts
from worker.parsing.readers.office.workbook.worksheet import printed_lines

_DRAWN, _DRAWING, _SERIES, _HEADERS = 0x01B6, 0x00EC, 0x100D, frozenset({0x0014, 0x0015})
_MAX_CHARACTERS = 1 << 20


def drawn_texts(book: bytes, start: int, end: int) -> list[str]:
    """Return the texts of a sheet of Excel 97 or later that are in none of its cells, each once.

    Raises struct.error on damage.
    """
    found: list[str] = []
    room = _MAX_CHARACTERS
    for text in dict.fromkeys(_texts(book, start, end)):
        if text and room > 0:
            found.append(text)
            room -= len(text)
    return found


def _texts(book: bytes, start: int, end: int) -> Iterator[str]:
    """Yield the texts of a sheet, each in one line."""
    left = 0
    pieces: list[str] = []
    drawings: list[bytes] = []
    for kind, body, _ in records(book, start, end):
        if kind == _DRAWING:
            drawings.append(body)
        elif kind == _DRAWN and len(body) >= 12:
            (left,) = struct.unpack_from("<H", body, 10)
            pieces = []
        elif kind == CONTINUE and left and body:
            piece = characters(body[1:], body[0], left)
            pieces.append(piece)
            left -= len(piece)
            if left <= 0 or not piece:
                left = 0
                yield " ".join("".join(pieces).split())
        elif kind in _HEADERS:
            yield from printed_lines([long_string(body)])
        elif kind == _SERIES:
            yield " ".join(short_string(body[2:]).split())
    yield from (" ".join(text.split()) for text in shape_texts(b"".join(drawings)))
