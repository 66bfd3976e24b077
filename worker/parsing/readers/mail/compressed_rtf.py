"""Decompression of the RTF body of Outlook messages ([MS-OXRTFCP])."""

import struct

_HEADER = struct.Struct("<4L")
_COMPRESSED, _PLAIN = 0x75465A4C, 0x414C454D  # "LZFu" and "MELA"
_SIZE = 4096
_INITIAL = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)


class BadCompression(Exception):
    """The bytes are no compressed RTF."""


def decompress_rtf(data: bytes, limit: int) -> bytes:
    """Return at most about `limit` bytes of RTF; data that is cut gives what is there.

    Raises BadCompression when the header is none ([MS-OXRTFCP] 2.1.3.1.1).
    """
    if data.startswith(b"{\\rtf"):
        return data[:limit]
    if len(data) < _HEADER.size:
        raise BadCompression("no header")
    _, raw_size, kind, _ = _HEADER.unpack_from(data)
    body = data[_HEADER.size :]
    if kind == _PLAIN:
        return body[: min(raw_size, limit)]
    if kind != _COMPRESSED:
        raise BadCompression("unknown compression")
    return _decompress(body, min(raw_size, limit))


def _decompress(body: bytes, size: int) -> bytes:
    # The dictionary of 4096 bytes is the end of what was written, behind the initial text.
    written = bytearray(_INITIAL)
    start = len(_INITIAL)
    at = 0
    while at < len(body) and len(written) - start < size:
        control = body[at]
        at += 1
        for bit in range(8):
            if not control >> bit & 1:
                written += body[at : at + 1]
                at += 1
                continue
            reference = body[at : at + 2]
            at += 2
            if len(reference) < 2:
                return bytes(written[start:])
            offset, length = reference[0] << 4 | reference[1] >> 4, (reference[1] & 0xF) + 2
            distance = (len(written) - offset) % _SIZE
            if distance == 0:
                return bytes(written[start:])
            _copy(written, distance, length)
    return bytes(written[start : start + size])


def _copy(written: bytearray, distance: int, length: int) -> None:
    """Append bytes from a distance back, which may overlap the end; before the start are zeros."""
    for _ in range(length):
        at = len(written) - distance
        written.append(written[at] if at >= 0 else 0)
