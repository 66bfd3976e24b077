"""Reads what check boxes and lists in a form of Word show: [MS-DOC] 2.9.78 (`FFData`)."""

import struct

from worker.parsing.readers.field_codes import CHECKED, UNCHECKED

_HEAD = 0x44
_TEXT, _BOX, _LIST = 0, 1, 2
_DEFAULT = 25
_FIXED = 10
_OTHER_TEXTS = 5
_MAX_ENTRIES = 1000


def read_form_field(data: bytes, at: int) -> str:
    """Return what a form field with data at a place shows; "" for one whose result is in the text.

    Raises struct.error and IndexError on damage.
    """
    (length, head) = struct.unpack_from("<LH", data, at)
    content = data[at + head : at + length]
    if head != _HEAD or len(content) < _FIXED:
        return ""
    (bits,) = struct.unpack_from("<4xH", content)
    kind, chosen = bits & 3, bits >> 2 & 31
    at = _skip_text(content, _FIXED)
    if kind not in (_BOX, _LIST):
        return ""
    if chosen == _DEFAULT:
        (chosen,) = struct.unpack_from("<H", content, at)
    if kind == _BOX:
        return CHECKED if chosen else UNCHECKED
    at += 2
    for _ in range(_OTHER_TEXTS):
        at = _skip_text(content, at)
    return _entry(content, at, chosen)


def _skip_text(content: bytes, at: int) -> int:
    """Return the place after a text with its length before it and a zero after it."""
    (count,) = struct.unpack_from("<H", content, at)
    end: int = at + 2 + 2 * count + 2
    return end


def _entry(content: bytes, at: int, chosen: int) -> str:
    _, count, extra = struct.unpack_from("<3H", content, at)
    at += 6
    for number in range(min(count, _MAX_ENTRIES)):
        (length,) = struct.unpack_from("<H", content, at)
        if number == chosen:
            return content[at + 2 : at + 2 + 2 * length].decode("utf-16-le", "replace")
        at += 2 + 2 * length + extra
    return ""
