"""The messages in the parts (iwa) of iWork documents: chunks of Snappy that hold protobuf.

Apple has not published the format. Other programs that read it agree on these parts of it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from worker.parsing.readers.office.iwork.snappy import BadArchive, read_varint, unpack

_CHUNK_HEAD = 4
_MAX_UNPACKED = 32 << 20
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


class Message(NamedTuple):
    """A message by the number of its type, which says what its fields mean."""

    type: int
    body: bytes


def read_messages(part: bytes) -> Iterator[Message]:
    """Yield the messages of a part. Raises BadArchive, also in the middle."""
    data = _unpack_part(part)
    at = 0
    while at < len(data):
        size, at = read_varint(data, at)
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
        key, at = read_varint(body, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = read_varint(body, at)
            yield number, value
            continue
        if kind == _BYTES:
            size, at = read_varint(body, at)
        elif kind in (_FIXED64, _FIXED32):
            size = 8 if kind == _FIXED64 else 4
        else:
            raise BadArchive("an unknown kind of field")
        yield number, body[at : at + size]
        at += size


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
