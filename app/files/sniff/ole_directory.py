"""Reader of the directory of an OLE compound file (old Office, Outlook) with bounded work.

Layout: [MS-CFB] sections 2.2 (header), 2.3 (FAT), 2.5 (DIFAT), 2.6 (directory entries).
It reads what the sniffer needs: the names, and the first sector of a stream.
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

SIGNATURE = bytes.fromhex("D0CF11E0A1B11AE1")

_MAX_DIRECTORY_SECTORS = 1024
_MAX_ENTRIES = 4096
_ENTRY_SIZE = 128
_HEADER_FAT_SECTORS = 109
_FIRST_MARKER = 0xFFFFFFFA  # larger sector numbers are markers such as the end of a chain
_STREAM = 2
_MINI_STREAM_BELOW = 4096


class BadOle(Exception):
    """The file is not an OLE file, or its directory is damaged."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream: the position of its first sector and its size, in bytes."""

    start: int
    size: int


def list_streams(file: BinaryIO) -> dict[str, Stream]:
    """Return storages and streams of any depth by name; the first of equal names counts.

    Raises BadOle when the header or the chain of directory sectors is damaged.
    """
    file.seek(0)
    header = file.read(512)
    if len(header) < 512 or not header.startswith(SIGNATURE):
        raise BadOle("no OLE header")
    shift = struct.unpack_from("<H", header, 30)[0]
    if shift not in (9, 12):
        raise BadOle("unknown sector size")
    fat = struct.unpack_from(f"<{_HEADER_FAT_SECTORS}L", header, 76)
    sector = struct.unpack_from("<L", header, 48)[0]
    streams: dict[str, Stream] = {}
    seen: set[int] = set()
    while sector < _FIRST_MARKER and sector not in seen and len(seen) < _MAX_DIRECTORY_SECTORS:
        seen.add(sector)
        file.seek((sector + 1) << shift)
        block = file.read(1 << shift)
        for at in range(0, len(block) - _ENTRY_SIZE + 1, _ENTRY_SIZE):
            _add_entry(block[at : at + _ENTRY_SIZE], shift, streams)
        if len(streams) >= _MAX_ENTRIES:
            break
        sector = _next_sector(file, fat, sector, shift)
    if not streams:
        raise BadOle("no directory")
    return streams


def read_start(file: BinaryIO, stream: Stream, count: int = 512) -> bytes:
    """Return the first bytes of a stream, at most one sector of 512.

    Returns nothing for streams under 4096 bytes, which are stored inside another stream.
    """
    if stream.size < _MINI_STREAM_BELOW:
        return b""
    file.seek(stream.start)
    return file.read(min(count, 512))


def _add_entry(entry: bytes, shift: int, streams: dict[str, Stream]) -> None:
    name_length = struct.unpack_from("<H", entry, 64)[0]
    if not 2 <= name_length <= 64 or not entry[66]:
        return
    name = entry[: name_length - 2].decode("utf-16-le", "replace")
    first, size = struct.unpack_from("<LQ", entry, 116)
    if shift == 9:
        size &= 0xFFFFFFFF  # old writers leave random bytes in the upper half
    streams.setdefault(name, Stream((first + 1) << shift, size if entry[66] == _STREAM else 0))


def _next_sector(file: BinaryIO, fat: tuple[int, ...], sector: int, shift: int) -> int:
    """Return the sector after `sector`; the chain ends beyond the header's 109 FAT sectors."""
    index, within = divmod(sector, 1 << (shift - 2))
    if index >= len(fat) or fat[index] >= _FIRST_MARKER:
        return _FIRST_MARKER
    file.seek(((fat[index] + 1) << shift) + 4 * within)
    value = file.read(4)
    return int.from_bytes(value, "little") if len(value) == 4 else _FIRST_MARKER
