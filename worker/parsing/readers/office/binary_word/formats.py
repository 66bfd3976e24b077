"""Finds the characters of a Word document that are hidden or deleted, and those of form fields.

Layout: [MS-DOC] 2.8.5 (where the pages of formats are), 2.9.33 (a page), 2.6.1 (properties).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_PAGES_AT = 0xFA
_PAGE = 512
_PAGE_NUMBER = (1 << 22) - 1
_DELETED, _HIDDEN, _IS_DATA, _DATA_AT = 0x0800, 0x083C, 0x0806, 0x6A03
# On, and the reverse of the style, which rarely hides.
_ON = frozenset({0x01, 0x81})
# The bytes of an operand by the upper three bits of the property; of 6 its first byte says it.
_SIZES = (1, 1, 2, 4, 2, 2, 0, 3)


@dataclass(frozen=True, slots=True)
class Run:
    """Bytes of the document that are hidden, or that stand for data at a place."""

    start: int
    end: int
    is_hidden: bool
    data_at: int | None


def read_runs(document: bytes, table: bytes) -> list[Run]:
    """Return the runs of hidden characters and of data, in the order of the file, none in another.

    Raises struct.error and IndexError on damage.
    """
    start, length = struct.unpack_from("<2L", document, _PAGES_AT)
    count = max(0, min(length, len(table) - start) - 4) // 8
    numbers = struct.unpack_from(f"<{count}L", table, start + 4 * (count + 1))
    pages = dict.fromkeys(number & _PAGE_NUMBER for number in numbers)
    listed = [
        run for number in pages for run in _runs(document[number * _PAGE : (number + 1) * _PAGE])
    ]
    found: list[Run] = []
    for run in sorted(listed, key=lambda run: run.start):
        if run.start < run.end and (not found or run.start >= found[-1].end):
            found.append(run)
    return found


def _runs(page: bytes) -> Iterator[Run]:
    if len(page) < _PAGE:
        return
    count = page[-1]
    places = struct.unpack_from(f"<{count + 1}L", page)
    for number in range(count):
        at = 2 * page[4 * (count + 1) + number]
        if at:
            values = _properties(page[at + 1 : at + 1 + page[at]])
            is_hidden = values.get(_DELETED) in _ON or values.get(_HIDDEN) in _ON
            data_at = values.get(_DATA_AT) if values.get(_IS_DATA) else None
            if is_hidden or data_at is not None:
                yield Run(places[number], places[number + 1], is_hidden, data_at)


def _properties(content: bytes) -> dict[int, int]:
    """Return the properties of a run by their codes."""
    values: dict[int, int] = {}
    at = 0
    while at + 3 <= len(content):
        (code,) = struct.unpack_from("<H", content, at)
        size = _SIZES[code >> 13] or 1 + content[at + 2]
        values[code] = int.from_bytes(content[at + 2 : at + 2 + min(size, 4)], "little")
        at += 2 + size
    return values
