"""The paragraphs of a Word document: their styles, lists, and drop caps.

Layout: [MS-DOC] 2.8.6 and 2.9.175 (pages of paragraphs), 2.6.2 (properties).
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from worker.parsing.readers.office.binary_word.properties import (
    PAGE,
    read_page_numbers,
    read_properties,
)
from worker.parsing.readers.office.binary_word.styles import StyleSheet

_PARAGRAPHS_AT = 0x102
_PLACE_SIZE = 13
_LEVEL, _LIST, _DROP_CAP = 0x260A, 0x460B, 0x442C
_DROP_CAP_KIND = 0x07


@dataclass(frozen=True, slots=True)
class ParagraphFormat:
    """Bytes of the document that hold a paragraph, its style, list (0 for none) and level."""

    start: int
    end: int
    style: int
    list: int
    level: int
    is_drop_cap: bool


def read_paragraphs(document: bytes, table: bytes, styles: StyleSheet) -> list[ParagraphFormat]:
    """Return the paragraphs in the order of the file, none within another.

    Raises struct.error and IndexError on damage.
    """
    known: dict[bytes, tuple[int, int, int, bool]] = {}
    found: list[ParagraphFormat] = []
    for number in read_page_numbers(document, table, _PARAGRAPHS_AT):
        page = document[number * PAGE : (number + 1) * PAGE]
        if len(page) == PAGE:
            for start, end, content in _stored(page):
                if content not in known:
                    known[content] = _read_format(content, styles)
                found.append(ParagraphFormat(start, end, *known[content]))
    paragraphs: list[ParagraphFormat] = []
    for each in sorted(found, key=lambda each: each.start):
        if each.start < each.end and (not paragraphs or each.start >= paragraphs[-1].end):
            paragraphs.append(each)
    return paragraphs


def _stored(page: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield where each paragraph of a page begins and ends, and its style with its properties."""
    count = page[-1]
    places = struct.unpack_from(f"<{count + 1}L", page)
    for number in range(count):
        at = 2 * page[4 * (count + 1) + _PLACE_SIZE * number]
        content = b""
        if at:
            size = 2 * page[at] - 1 if page[at] else 2 * page[at + 1]
            at += 1 if page[at] else 2
            content = page[at : at + size]
        yield places[number], places[number + 1], content


def _read_format(content: bytes, styles: StyleSheet) -> tuple[int, int, int, bool]:
    style = int.from_bytes(content[:2], "little")
    own = _properties(content[2:])
    inherited = styles.paragraph(style)
    kind = own.get(_DROP_CAP, 0) & _DROP_CAP_KIND
    number = own.get(_LIST, inherited.get(_LIST, 0))
    return style, number, own.get(_LEVEL, inherited.get(_LEVEL, 0)), kind != 0


def _properties(content: bytes) -> Mapping[int, int]:
    try:
        return read_properties(content)
    except IndexError:
        return {}
