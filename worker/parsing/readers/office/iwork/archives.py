"""The messages in the parts (iwa) of iWork documents: chunks of Snappy that hold protobuf.

Apple has not published the format. Other programs that read it agree on these parts of it.
"""

from collections.abc import Iterator
from typing import NamedTuple

_CHUNK_HEAD = 4
_MAX_UNPACKED = 32 << 20
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MAX_VARINT_BITS = 70


class BadArchive(Exception):
    """A part is damaged."""


class Message(NamedTuple):
    """A message by the number of its type, which says what its fields mean."""

    type: int
    body: bytes


def read_messages(part: bytes) -> Iterator[Message]:
    """Yield the messages of a part. Raises BadArchive, also in the middle."""
    data = _unpack_part(part)
    at = 0
    while at < len(data):
        size, at = _varint(data, at)
        info = data[at : at + size]
        at += size
        for number, described in fields(info):
            if number == 2 and isinstance(described, bytes):
                known = dict(fields(described))
                kind, length = known.get(1), known.get(3)
                if not isinstance(kind, int) or not isinstance(length, int):
                    raise BadArchive("a message without type or length")
                yield Message(kind, data[at : at + length])
                at += length


def fields(body: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield the numbers and values of a message's fields. Raises BadArchive."""
    at = 0
    while at < len(body):
        key, at = _varint(body, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = _varint(body, at)
            yield number, value
            continue
        if kind == _BYTES:
            size, at = _varint(body, at)
        elif kind in (_FIXED64, _FIXED32):
            size = 8 if kind == _FIXED64 else 4
        else:
            raise BadArchive("an unknown kind of field")
        yield number, body[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, _MAX_VARINT_BITS, 7):
        if at >= len(data):
            raise BadArchive("cut off")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, at
    raise BadArchive("a number without end")


def _unpack_part(part: bytes) -> bytes:
    unpacked = bytearray()
    at = 0
    while at + _CHUNK_HEAD <= len(part):
        size = int.from_bytes(part[at + 1 : at + _CHUNK_HEAD], "little")
        at += _CHUNK_HEAD
        unpacked += unpack(part[at : at + size])
        at += size
        if len(unpacked) > _MAX_UNPACKED:
            raise BadArchive("too large")
    return bytes(unpacked)


def unpack(block: bytes) -> bytes:
    """Return the unpacked bytes of a block of Snappy (format description, 2). Raises BadArchive."""
    size, at = _varint(block, 0)
    found = bytearray()
    while at < len(block) and len(found) <= size:
        tag = block[at]
        at += 1
        if not tag & 3:
            length = tag >> 2
            if length >= 60:
                width = length - 59
                length = int.from_bytes(block[at : at + width], "little")
                at += width
            found += block[at : at + length + 1]
            at += length + 1
            continue
        if tag & 3 == 1:
            length = (tag >> 2 & 7) + 4
            offset = tag >> 5 << 8 | int.from_bytes(block[at : at + 1], "little")
            at += 1
        else:
            width = 2 if tag & 3 == 2 else 4
            length = (tag >> 2) + 1
            offset = int.from_bytes(block[at : at + width], "little")
            at += width
        if not 0 < offset <= len(found):
            raise BadArchive("a copy from outside")
        start = len(found) - offset
        piece = found[start : start + length]
        # A copy may repeat what it has just written.
        found += (piece * (length // len(piece) + 1))[:length]
    return bytes(found[:size])
