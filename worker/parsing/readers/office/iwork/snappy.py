"""Unpacks blocks of Snappy: https://github.com/google/snappy, format_description.txt."""

_MAX_VARINT_BITS = 70
_LITERAL, _SHORT_COPY, _MIDDLE_COPY = 0, 1, 2
# Longer literals have their length in the bytes that follow: from one byte on for this number.
_FIRST_WIDE = 60


class BadArchive(Exception):
    """A part is damaged."""


def unpack(block: bytes) -> bytes:
    """Return the unpacked bytes of a block (format description, 2). Raises BadArchive."""
    size, at = read_varint(block, 0)
    found = bytearray()
    while at < len(block) and len(found) <= size:
        if block[at] & 3 == _LITERAL:
            start, at = _read_literal(block, at)
            found += block[start:at]
            continue
        length, offset, at = _read_copy(block, at)
        if not 0 < offset <= len(found):
            raise BadArchive("a copy from outside")
        start = len(found) - offset
        piece = found[start : start + length]
        # A copy may repeat what it has just written.
        found += (piece * (length // len(piece) + 1))[:length]
    return bytes(found[:size])


def _read_literal(block: bytes, at: int) -> tuple[int, int]:
    """Return where the literal bytes of an element start and end."""
    length = block[at] >> 2
    at += 1
    if length >= _FIRST_WIDE:
        width = length - _FIRST_WIDE + 1
        length = int.from_bytes(block[at : at + width], "little")
        at += width
    return at, at + length + 1


def _read_copy(block: bytes, at: int) -> tuple[int, int, int]:
    """Return how many bytes an element repeats, from how far back, and where it ends."""
    tag = block[at]
    at += 1
    if tag & 3 == _SHORT_COPY:
        offset = tag >> 5 << 8 | int.from_bytes(block[at : at + 1], "little")
        return (tag >> 2 & 7) + 4, offset, at + 1
    width = 2 if tag & 3 == _MIDDLE_COPY else 4
    return (tag >> 2) + 1, int.from_bytes(block[at : at + width], "little"), at + width


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, and the position after it. Raises BadArchive."""
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
