"""The styles of a Word document: [MS-DOC] 2.9.271 (the style sheet), 2.9.260 (a style)."""

import contextlib
import struct
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from worker.parsing.readers.office.binary_word.properties import (
    HIDDEN,
    ON,
    read_properties,
)

_STYLES_AT = 0xA2
_PARAGRAPH, _CHARACTER = 1, 2
_MAX_BASES = 20


@dataclass(frozen=True, slots=True)
class _Style:
    base: int
    is_hidden: bool | None
    paragraph: Mapping[int, int]


class StyleSheet:
    """The styles of a document by their numbers, up to the first damaged one."""

    def __init__(self, document: bytes, table: bytes) -> None:
        self._styles: dict[int, _Style] = {}
        self._paragraphs: dict[int, Mapping[int, int]] = {}
        with contextlib.suppress(struct.error, IndexError):
            self._styles.update(_read_styles(document, table))
        self.hidden = frozenset(number for number in self._styles if self._hides(number))
        """The numbers of the styles that hide text."""

    def paragraph(self, number: int) -> Mapping[int, int]:
        """Return the properties that a style, and those that it is based on, give paragraphs."""
        if number not in self._paragraphs:
            properties: dict[int, int] = {}
            for style in self._chain(number):
                properties = {**style.paragraph, **properties}
            self._paragraphs[number] = properties
        return self._paragraphs[number]

    def _hides(self, number: int) -> bool:
        shown = (style.is_hidden for style in self._chain(number))
        return next((each for each in shown if each is not None), False)

    def _chain(self, number: int) -> Iterator[_Style]:
        for _ in range(_MAX_BASES):
            style = self._styles.get(number)
            if style is None:
                return
            yield style
            number = style.base


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
            of_paragraph, of_characters = _formats(style, base_size, kind & 0xF, formats & 0xF)
            value = read_properties(of_characters).get(HIDDEN)
            is_hidden = None if value is None else value in ON
            yield number, _Style(kind >> 4, is_hidden, read_properties(of_paragraph))


def _formats(style: bytes, at: int, kind: int, count: int) -> tuple[bytes, bytes]:
    """Return the properties of paragraphs and of characters, which a style may lack."""
    if kind not in (_PARAGRAPH, _CHARACTER) or not count:
        return b"", b""
    (length,) = struct.unpack_from("<H", style, at)
    at += 2 + 2 * length + 2
    of_paragraph = b""
    if kind == _PARAGRAPH:
        (size,) = struct.unpack_from("<H", style, at)
        # The number of the style comes first.
        of_paragraph = style[at + 4 : at + 2 + size]
        at += 2 + size + size % 2
        if count == 1:
            return of_paragraph, b""
    (size,) = struct.unpack_from("<H", style, at)
    return of_paragraph, style[at + 2 : at + 2 + size]
