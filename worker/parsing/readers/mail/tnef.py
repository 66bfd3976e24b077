"""The message within a winmail.dat of Exchange ([MS-OXTNEF])."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from worker.parsing.readers.mail import mapi
from worker.parsing.readers.mail.charsets import code_page_name, decode_text
from worker.parsing.readers.mail.mapi import Properties

_SIGNATURE = struct.pack("<L", 0x223E9F78)
_SUBJECT, _BODY = 0x00018004, 0x0002800C
_PROPERTIES, _CODE_PAGE = 0x00069003, 0x00069007
_NEW_ATTACHMENT, _ATTACHMENT_TITLE = 0x00069002, 0x00018010
_ATTACHMENT_PROPERTIES = 0x00069005
_TEXTS = {_SUBJECT: mapi.SUBJECT, _BODY: mapi.BODY}
_MAX_ATTRIBUTES = 10_000
_MAX_PROPERTIES = 10_000
# Sizes of the values that are not preceded by their length ([MS-OXCDATA] 2.11.1), padded to four.
_FIXED = {0x0002: 4, 0x0003: 4, 0x0004: 4, 0x000A: 4, 0x000B: 4}
_FIXED |= dict.fromkeys((0x0005, 0x0006, 0x0007, 0x0014, 0x0040), 8) | {0x0048: 16}
_VARIABLE = frozenset({0x000D, 0x001E, 0x001F, 0x0102})
_MULTIPLE = 0x1000
_FIRST_NAMED = 0x8000


@dataclass(frozen=True, slots=True)
class TnefMessage:
    """Header lines, as far as the file has them, the body, and the names of attached files.

    `event` are time and place of an appointment or a task.
    """

    lines: list[tuple[str, str]]
    event: list[tuple[str, str]]
    body: str
    attachments: list[str]


def is_tnef(data: bytes) -> bool:
    """Tell a winmail.dat by its mark."""
    return data.startswith(_SIGNATURE)


def read_tnef(data: bytes, lost: list[str]) -> TnefMessage:
    """Read a message; never raises. Adds a sentence to `lost` when the data is damaged."""
    message: dict[int, bytes] = {}
    names: list[str] = []
    code_page = 0
    if not is_tnef(data):
        lost.append("the attachment winmail.dat is damaged and was not read")
        return TnefMessage([], [], "", [])
    for name, value in _attributes(data):
        if name == _CODE_PAGE:
            code_page = int.from_bytes(value[:4], "little")
        elif name in _TEXTS:
            message.setdefault(_TEXTS[name] << 16 | mapi.STRING8, value)
        elif name == _PROPERTIES:
            message |= read_properties(value)
        elif name == _NEW_ATTACHMENT:
            names.append("")
        elif name == _ATTACHMENT_TITLE and names:
            names[-1] = names[-1] or decode_text(value.rstrip(b"\0"), code_page_name(code_page))
        elif name == _ATTACHMENT_PROPERTIES and names:
            attachment = _as_properties(read_properties(value), code_page)
            names[-1] = attachment.text(mapi.LONG_NAME) or names[-1]
    properties = _as_properties(message, code_page)
    return TnefMessage(
        mapi.header_lines(properties, []),
        mapi.event_lines(properties, _named),
        mapi.body_text(properties, lost),
        [name for name in names if name],
    )


def read_properties(data: bytes) -> dict[int, bytes]:
    """Return the first values of encapsulated properties by tag ([MS-OXTNEF] 2.1.3.4)."""
    found: dict[int, bytes] = {}
    at = 4
    for _ in range(min(_number(data, 0), _MAX_PROPERTIES)):
        kind, name = _number(data, at, 2), _number(data, at + 2, 2)
        at += 4
        if name >= _FIRST_NAMED:
            name, at = _read_name(data, at)
        value, at = _read_values(data, at, kind)
        if at > len(data) or value is None:
            break
        found[name << 16 | kind & ~_MULTIPLE] = value
    return found


def _as_properties(values: dict[int, bytes], code_page: int) -> Properties:
    return Properties(lambda tag: values.get(tag, b""), code_page)


def _read_values(data: bytes, at: int, kind: int) -> tuple[bytes | None, int]:
    """Return the first value of a property and the end of all; None for an unknown type."""
    count = 1
    if kind & _MULTIPLE or kind in _VARIABLE:
        count = min(_number(data, at), _MAX_PROPERTIES)
        at += 4
    kind &= ~_MULTIPLE
    if kind not in _FIXED and kind not in _VARIABLE:
        return None, at
    first = None
    for _ in range(count):
        size = _FIXED.get(kind, 0)
        if kind in _VARIABLE:
            size = _number(data, at)
            at += 4
        first = data[at : at + size] if first is None else first
        at += size + -size % 4
        if at > len(data):
            break
    return first or b"", at


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 6
    for _ in range(_MAX_ATTRIBUTES):
        if at + 9 > len(data):
            return
        name, size = struct.unpack_from("<2L", data, at + 1)
        yield name, data[at + 9 : at + 9 + size]
        at += 9 + size + 2


def _read_name(data: bytes, at: int) -> tuple[int, int]:
    """Return a number for a named property, and the position after its name: a number or text."""
    if _number(data, at + 16):
        size = _number(data, at + 20)
        return _FIRST_NAMED, at + 24 + size + -size % 4
    return _named(data[at : at + 16], _number(data, at + 20)), at + 24


def _named(of_set: bytes, number: int) -> int:
    """Return a name of its own for a property of a set; others have 16 bits."""
    return int.from_bytes(of_set) << 32 | number


def _number(data: bytes, at: int, size: int = 4) -> int:
    return int.from_bytes(data[at : at + size], "little")
