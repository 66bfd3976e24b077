"""The content of a signed S/MIME message: CMS (RFC 5652) in BER (X.690), read without checking it.

Signatures are not verified: a mail program shows the content of a badly signed mail too.
"""

import re
import zlib
from dataclasses import dataclass

from worker.parsing.readers.mail.headers import decode_base64

_DATA = bytes.fromhex("2a864886f70d010701")
_SIGNED = bytes.fromhex("2a864886f70d010702")
_ENVELOPED = bytes.fromhex("2a864886f70d010703")
_COMPRESSED = bytes.fromhex("2a864886f70d0109100109")
_ARMOUR = re.compile(rb"-----(?:BEGIN|END) [A-Z0-9 ]{1,20}-----")
_SEQUENCE, _CONSTRUCTED = 0x30, 0x20
_MAX_DEPTH = 12
_MAX_VALUES = 50_000
_MAX_UNPACKED = 32 * 1024 * 1024


class Unreadable(Exception):
    """The content is encrypted or damaged, or it is no CMS at all."""


class Encrypted(Unreadable):
    """The content is encrypted for the recipient's key."""


@dataclass(frozen=True, slots=True)
class _Value:
    """A value of BER: its tag, and where its content and the next value begin."""

    tag: int
    start: int
    end: int
    next: int


def unwrap(data: bytes) -> bytes:
    """Return what is within a signed or compressed message: a MIME entity, or any file.

    Raises Unreadable when it is encrypted or damaged.
    """
    if not data.startswith(b"0"):
        data = decode_base64(_ARMOUR.sub(b"", data))
    for _ in range(_MAX_DEPTH):
        kind, content = _open(data, _value(data, 0))
        if kind == _DATA:
            return _octets(data, content)
        if kind == _ENVELOPED:
            raise Encrypted("encrypted")
        if kind not in (_SIGNED, _COMPRESSED):
            raise Unreadable("neither signed nor compressed")
        # Both kinds are a version, a set or name of algorithms, and the content.
        inner_kind, inner = _open(data, _child(data, content, 2))
        unwrapped = _octets(data, inner)
        if kind == _COMPRESSED:
            unwrapped = _unpack(unwrapped)
        if inner_kind == _DATA:
            return unwrapped
        data = unwrapped
    raise Unreadable("nested too deeply")


def _open(data: bytes, info: _Value) -> tuple[bytes, _Value]:
    """Return the kind of a ContentInfo, and its content without the tag around it."""
    if info.tag != _SEQUENCE:
        raise Unreadable("not a sequence")
    kind = _child(data, info, 0)
    return data[kind.start : kind.end], _child(data, _child(data, info, 1), 0)


def _child(data: bytes, parent: _Value, number: int) -> _Value:
    at = parent.start
    for _ in range(number):
        at = _value(data, at).next
    if at >= parent.end:
        raise Unreadable("a value is missing")
    return _value(data, at)


def _octets(data: bytes, value: _Value) -> bytes:
    """Return the bytes of an octet string, which may be cut into octet strings."""
    pieces: list[bytes] = []
    pending = [value]
    for _ in range(_MAX_VALUES):
        if not pending:
            break
        value = pending.pop()
        if not value.tag & _CONSTRUCTED:
            pieces.append(data[value.start : value.end])
            continue
        parts: list[_Value] = []
        at = value.start
        while at < value.end and len(parts) < _MAX_VALUES:
            parts.append(_value(data, at))
            at = parts[-1].next
        pending += reversed(parts)
    return b"".join(pieces)


def _value(data: bytes, at: int, depth: int = 0) -> _Value:
    """Return the value that begins at a position; one cut short ends where the data ends."""
    if at + 2 > len(data) or depth > _MAX_DEPTH:
        raise Unreadable("the structure is damaged")
    tag, length = data[at], data[at + 1]
    start = at + 2
    if length == 0x80:
        end = start
        while data[end : end + 2] not in (b"\0\0", b""):
            end = _value(data, end, depth + 1).next
        return _Value(tag, start, end, end + 2)
    if length > 0x80:
        size = length & 0x7F
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    end = min(len(data), start + length)
    return _Value(tag, start, end, end)


def _unpack(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, _MAX_UNPACKED)
    except zlib.error as error:
        raise Unreadable("the compressed content is damaged") from error
