"""The records of an xls, and the strings in them ([MS-XLS] 2.1.4, 2.5.240, 2.5.293, 2.5.294)."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

BOF, EOF, CONTINUE, SHEET = 0x0809, 0x000A, 0x003C, 0x0085
BIFF5, BIFF8 = 0x0500, 0x0600

_WIDE, _HAS_RUNS, _HAS_EXTENSION = 0x01, 0x08, 0x04


class BadWorkbook(Exception):
    """The workbook is damaged, or older than Excel 5."""


class Record(NamedTuple):
    """A record: its kind, its bytes, and where it begins in the stream."""

    kind: int
    body: bytes
    at: int


def records(book: bytes, at: int, end: int) -> Iterator[Record]:
    """Yield the records of a part of the workbook with the charts in it, up to its end."""
    depth = 0
    while at + 4 <= end:
        kind, size = struct.unpack_from("<2H", book, at)
        yield Record(kind, book[at + 4 : at + 4 + size], at)
        depth += (kind == BOF) - (kind == EOF)
        if depth <= 0:
            return
        at += 4 + size


def short_string(body: bytes) -> str:
    """Return a string with its length in one byte."""
    return characters(body[2:], body[1], body[0]) if len(body) > 2 else ""


def long_string(body: bytes) -> str:
    """Return a string with its length in two bytes."""
    return characters(body[3:], body[2], int.from_bytes(body[:2], "little")) if body[3:] else ""


def characters(data: bytes, flags: int, count: int) -> str:
    """Return `count` characters of one or two bytes, as the flags of a string say."""
    if flags & _WIDE:
        return data[: 2 * count].decode("utf-16-le", "replace")
    return data[:count].decode("latin-1")


def shared_strings(pieces: list[bytes]) -> list[str]:
    """Return the strings of a table (2.4.265) whose records are given, as far as they go.

    A string may go on in the next record, which then begins with new flags.
    """
    reader = _StringReader(pieces)
    (count,) = struct.unpack_from("<4xL", pieces[0])
    found: list[str] = []
    for _ in range(count):
        text = reader.read()
        if text is None:
            break
        found.append(text)
    return found


class _StringReader:
    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces
        self._number = 0
        self._at = 8

    def read(self) -> str | None:
        """Return the next string, None after the last one."""
        if self._at >= len(self._piece) and not self._advance():
            return None
        piece, at = self._piece, self._at
        if at + 3 > len(piece):
            return None
        count, flags = struct.unpack_from("<HB", piece, at)
        at += 3
        runs = extension = 0
        if flags & _HAS_RUNS and at + 2 <= len(piece):
            (runs,) = struct.unpack_from("<H", piece, at)
            at += 2
        if flags & _HAS_EXTENSION and at + 4 <= len(piece):
            (extension,) = struct.unpack_from("<L", piece, at)
            at += 4
        self._at = at
        text = self._characters(count, flags)
        self._skip(4 * runs + extension)
        return text

    def _characters(self, left: int, flags: int) -> str:
        found: list[str] = []
        while left > 0:
            width = 2 if flags & _WIDE else 1
            count = min(left, (len(self._piece) - self._at) // width)
            end = self._at + count * width
            found.append(characters(self._piece[self._at : end], flags, count))
            self._at = end
            left -= count
            if left > 0:
                if not self._advance() or not self._piece:
                    break
                flags = self._piece[0]
                self._at = 1
        return "".join(found)

    def _skip(self, count: int) -> None:
        while count > len(self._piece) - self._at:
            count -= len(self._piece) - self._at
            if not self._advance():
                return
        self._at += count

    @property
    def _piece(self) -> bytes:
        return self._pieces[self._number] if self._number < len(self._pieces) else b""

    def _advance(self) -> bool:
        """Go to the next record; False after the last one."""
        self._number += 1
        self._at = 0
        return self._number < len(self._pieces)
