"""Finds the styles of a Word document that hide text, and the paragraphs with such a style.

Layout: [MS-DOC] 2.9.271 (the style sheet), 2.9.260 (a style), 2.8.6 and 2.9.175 (paragraphs).
"""

import contextlib
import struct
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from worker.parsing.readers.office.binary_word.properties import (
    HIDDEN,
    ON,
    PAGE,
    read_page_numbers,
    read_properties,
)

_STYLES_AT, _PARAGRAPHS_AT = 0xA2, 0x102
_PARAGRAPH, _CHARACTER = 1, 2
_MAX_BASES = 20
_PLACE_SIZE = 13


@dataclass(frozen=True, slots=True)
class _Style:
    base: int
    is_hidden: bool | None


def hidden_styles(document: bytes, table: bytes) -> frozenset[int]:
    """Return the numbers of the styles that hide text, up to the first damaged style."""
    styles: dict[int, _Style] = {}
    with contextlib.suppress(struct.error, IndexError):
        styles.update(_read_styles(document, table))
    return frozenset(number for number in styles if _hides(styles, number))


def hidden_paragraphs(
    document: bytes, table: bytes, styles: frozenset[int]
) -> list[tuple[int, int]]:
    """Return where the paragraphs with one of these styles begin and end, in the order of the file.

    Raises struct.error and IndexError on damage.
    """
    found = []
    for number in read_page_numbers(document, table, _PARAGRAPHS_AT):
        page = document[number * PAGE : (number + 1) * PAGE]
        if len(page) == PAGE:
            found += [(start, end) for start, end, style in _paragraphs(page) if style in styles]
    paragraphs: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if start < end and (not paragraphs or start >= paragraphs[-1][1]):
            paragraphs.append((start, end))
    return paragraphs


def split_range(
    start: int, end: int, paragraphs: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int, bool]]:
    """Yield the parts of a range, and whether each is in one of the paragraphs."""
    for at in range(max(0, bisect_left(paragraphs, (start,)) - 1), len(paragraphs)):
        first, last = paragraphs[at]
        if first >= end:
            break
        if last > start:
            if first > start:
                yield start, first, False
            yield max(start, first), min(end, last), True
            start = min(end, last)
    if start < end:
        yield start, end, False


def _hides(styles: Mapping[int, _Style], number: int) -> bool:
    for _ in range(_MAX_BASES):
        style = styles.get(number)
        if style is None:
            break
        if style.is_hidden is not None:
            return style.is_hidden
        number = style.base
    return False


def _read_styles(document: bytes, table: bytes) -> Iterator[tuple[int, _Style]]:
    start, length = struct.unpack_from("<2L", document, _STYLES_AT)
    sheet = table[start : start + length]
    head, count, base_size = struct.unpack_from("<3H", sheet)
    at = 2 + head
    for number in range(count):
        (size,) = struct.unpack_from("<H", sheet, at)
        style = sheet[at + 2 : at + 2 + size]
        at += 2 + size + size % 2
        if size:
            kind, formats = struct.unpack_from("<2xHH", style)
            own = _character_format(style, base_size, kind & 0xF, formats & 0xF)
            value = read_properties(own).get(HIDDEN)
            yield number, _Style(kind >> 4, None if value is None else value in ON)


def _character_format(style: bytes, at: int, kind: int, count: int) -> bytes:
    """Return the properties of characters, which are the last of one or two formats."""
    if kind not in (_PARAGRAPH, _CHARACTER) or count < (2 if kind == _PARAGRAPH else 1):
        return b""
    (length,) = struct.unpack_from("<H", style, at)
    at += 2 + 2 * length + 2
    if kind == _PARAGRAPH:
        (size,) = struct.unpack_from("<H", style, at)
        at += 2 + size + size % 2
    (size,) = struct.unpack_from("<H", style, at)
    return style[at + 2 : at + 2 + size]


def _paragraphs(page: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield the paragraphs of a page of formats: where each begins and ends, and its style."""
    count = page[-1]
    places = struct.unpack_from(f"<{count + 1}L", page)
    for number in range(count):
        at = 2 * page[4 * (count + 1) + _PLACE_SIZE * number]
        style = 0
        if at:
            (style,) = struct.unpack_from("<H", page, at + (1 if page[at] else 2))
        yield places[number], places[number + 1], style
