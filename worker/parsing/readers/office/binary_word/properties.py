"""The properties of characters in a Word document, and the pages of formats that hold them.

Layout: [MS-DOC] 2.6.1 (properties), 2.8.5 and 2.8.6 (where the pages are).
"""

import struct

PAGE = 512
"""The bytes of a page of formats."""

HIDDEN = 0x083C
ON = frozenset({0x01, 0x81})
"""On, and the reverse of a style that does not hide."""

# The cells of a row, whose size has two bytes.
_TABLE = 0xD608
_PAGE_NUMBER = (1 << 22) - 1
# The bytes of an operand by the upper three bits of the property; of 6 its first byte says it.
_SIZES = (1, 1, 2, 4, 2, 2, 0, 3)


def read_page_numbers(document: bytes, table: bytes, place: int) -> list[int]:
    """Return the numbers of the pages that the table named at a place of the document lists.

    Raises struct.error on damage.
    """
    start, length = struct.unpack_from("<2L", document, place)
    count = max(0, min(length, len(table) - start) - 4) // 8
    numbers = struct.unpack_from(f"<{count}L", table, start + 4 * (count + 1))
    return list(dict.fromkeys(number & _PAGE_NUMBER for number in numbers))


def read_properties(content: bytes) -> dict[int, int]:
    """Return the properties of a run by their codes. Raises IndexError on damage."""
    values: dict[int, int] = {}
    at = 0
    while at + 3 <= len(content):
        (code,) = struct.unpack_from("<H", content, at)
        size = _SIZES[code >> 13] or 1 + content[at + 2]
        if code == _TABLE:
            size = 1 + int.from_bytes(content[at + 2 : at + 4], "little")
        values[code] = int.from_bytes(content[at + 2 : at + 2 + min(size, 4)], "little")
        at += 2 + size
    return values
