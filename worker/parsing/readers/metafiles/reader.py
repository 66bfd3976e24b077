"""Reads the texts of Windows metafiles, and unpacks compressed ones (EMZ, WMZ: RFC 1952)."""

import struct
import zlib

from worker.parsing.readers.metafiles.emf import is_emf, read_emf
from worker.parsing.readers.metafiles.lines import DrawnLines
from worker.parsing.readers.metafiles.wmf import is_wmf, read_wmf

_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31
_DAMAGE = (struct.error, ValueError, IndexError)


def unpack(data: bytes, limit: int) -> bytes:
    """Return a metafile without its compression, if any: its first `limit` bytes.

    Raises ValueError if it is damaged.
    """
    if not data.startswith(_GZIP):
        return data
    try:
        return zlib.decompressobj(_GZIP_WINDOW).decompress(data, limit)
    except zlib.error as error:
        raise ValueError("the compressed picture is damaged") from error


def metafile_text(data: bytes) -> tuple[str, bool]:
    """Return the text that a metafile draws, and whether some of its text cannot be read.

    Other data has no text. A damaged file is read up to the damage.
    """
    read = read_emf if is_emf(data) else read_wmf if is_wmf(data) else None
    if read is None:
        return "", False
    lines = DrawnLines()
    try:
        read(data, lines)
    except _DAMAGE:
        lines.is_lost = True
    return lines.text(), lines.is_lost
