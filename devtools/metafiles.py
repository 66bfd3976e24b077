"""Makes Windows metafiles that draw texts: [MS-EMF], [MS-WMF]."""

import struct
from collections.abc import Iterable

_LINE = 20
_LETTER = 8


def emf_record(kind: int, body: bytes) -> bytes:
    """Return a record of an EMF."""
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<2L", kind, 8 + len(body)) + body


def emf_text(
    left: int, height: int, text: str, options: int = 0, *, is_placed: bool = True
) -> bytes:
    """Return a record that draws a text; its letters are 8 wide where `is_placed`."""
    characters = text.encode("utf-16-le")
    characters += b"\0" * (-len(characters) % 4)
    count = len(text)
    widths = struct.pack(f"<{count}l", *[_LETTER] * count) if is_placed else b""
    place = struct.pack("<2l3L4l", left, height, count, 76, options, 0, 0, 0, 0)
    place += struct.pack("<L", 76 + len(characters) if is_placed else 0)
    return emf_record(84, bytes(28) + place + characters + widths)


def emf(records: Iterable[bytes]) -> bytes:
    """Return an EMF of records; the header and the end are added."""
    header = emf_record(1, bytes(32) + b" EMF" + bytes(64))
    return b"".join((header, *records, emf_record(14, bytes(12))))


def emf_of(*lines: str) -> bytes:
    """Return an EMF that draws lines."""
    return emf(emf_text(0, _LINE * number, line) for number, line in enumerate(lines))


def wmf_record(kind: int, body: bytes) -> bytes:
    """Return a record of a WMF."""
    body += b"\0" * (len(body) % 2)
    return struct.pack("<LH", 3 + len(body) // 2, kind) + body


def wmf_text(left: int, height: int, text: bytes) -> bytes:
    """Return a record that draws a text."""
    return wmf_record(0x0A32, struct.pack("<2h2H", height, left, len(text), 0) + text)


def wmf(records: Iterable[bytes], *, is_placeable: bool = True) -> bytes:
    """Return a WMF of records; the headers and the end are added."""
    placing = b"\xd7\xcd\xc6\x9a" + bytes(18) if is_placeable else b""
    header = struct.pack("<3HLHLH", 1, 9, 0x0300, 0, 4, 0, 0)
    return b"".join((placing, header, *records, wmf_record(0, b"")))


def wmf_of(*lines: str) -> bytes:
    """Return a WMF that draws lines in cp1252."""
    return wmf(wmf_text(0, _LINE * at, line.encode("cp1252")) for at, line in enumerate(lines))
