"""Which headers a Word document shows: [MS-DOC] 2.7.2 (settings), 2.8.26 and 2.9.243 (sections)."""

import struct
from dataclasses import dataclass

from worker.parsing.readers.office.binary_word.properties import read_properties

_SECTIONS_AT, _SETTINGS_AT = 0xCA, 0x192
_TITLE_PAGE = 0x300A
_HAS_EVEN = 0x01
_PLACE_SIZE, _ENTRY_SIZE = 4, 12
_NO_FORMAT = 0xFFFFFFFF
# The six headers and footers of a section are those of even, odd and first pages (2.3.3).
_EVEN, _FIRST = (0, 2), (4, 5)


@dataclass(frozen=True, slots=True)
class ShownHeaders:
    """Whether pages of even numbers, and the first pages of sections, have their own headers."""

    has_even: bool = True
    has_first: tuple[bool, ...] = ()

    def shows(self, section: int, place: int) -> bool:
        """Tell whether a section shows one of its six headers and footers."""
        if place in _FIRST:
            return section >= len(self.has_first) or self.has_first[section]
        return self.has_even or place not in _EVEN


def read_shown_headers(document: bytes, table: bytes) -> ShownHeaders:
    """Return what the settings say; all are shown where they say nothing, or are damaged."""
    try:
        settings, length = struct.unpack_from("<2L", document, _SETTINGS_AT)
        has_even = not length or bool(table[settings] & _HAS_EVEN)
        return ShownHeaders(has_even, _read_sections(document, table))
    except (struct.error, IndexError):
        return ShownHeaders()


def _read_sections(document: bytes, table: bytes) -> tuple[bool, ...]:
    start, length = struct.unpack_from("<2L", document, _SECTIONS_AT)
    count = max(0, length - _PLACE_SIZE) // (_PLACE_SIZE + _ENTRY_SIZE)
    found = []
    for number in range(count):
        entry = start + _PLACE_SIZE * (count + 1) + _ENTRY_SIZE * number
        (at,) = struct.unpack_from("<2xL", table, entry)
        properties = {}
        if at != _NO_FORMAT:
            (size,) = struct.unpack_from("<H", document, at)
            properties = read_properties(document[at + 2 : at + 2 + size])
        found.append(bool(properties.get(_TITLE_PAGE)))
    return tuple(found)
