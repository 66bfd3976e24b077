"""Reader of the directory of an OLE compound file (old Office, Outlook) with bounded work.

Layout: [MS-CFB] sections 2.2 (header), 2.3 (FAT), 2.4 (mini FAT), 2.5 (DIFAT), 2.6 (directory
entries). It reads what the sniffer needs: the names, and the beginning of a stream.
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

SIGNATURE = bytes.fromhex("D0CF11E0A1B11AE1")

_MAX_DIRECTORY_SECTORS = 4096
_MAX_ENTRIES = 16_384
_MAX_DIFAT_SECTORS = 512
_ENTRY_SIZE = 128
_HEADER_FAT_SECTORS = 109
_FIRST_MARKER = 0xFFFFFFFA  # larger sector numbers are markers such as the end of a chain
_NO_ENTRY = 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_KINDS = frozenset({_STORAGE, _STREAM, _ROOT})
_MINI_SHIFT = 6
_MINI_STREAM_BELOW = 4096


class BadOle(Exception):
    """The file is not an OLE file, or its directory is damaged."""


@dataclass(frozen=True, slots=True)
class Stream:
    """An entry of the directory: its first sector, and its size in bytes, 0 for a storage."""

    sector: int
    size: int


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int
    stream: Stream


class OleDirectory:
    """The directory of one file: the streams and storages of its root, by lower-case names.

    Names match in any case. What is stored deeper belongs to embedded documents.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Read the directory; where its tree is damaged, all entries count as those of the root.

        Raises BadOle when the header or the chain of directory sectors is damaged.
        """
        file.seek(0)
        header = file.read(512)
        if len(header) < 512 or not header.startswith(SIGNATURE):
            raise BadOle("no OLE header")
        self._file = file
        self._shift = struct.unpack_from("<H", header, 30)[0]
        if self._shift not in (9, 12):
            raise BadOle("unknown sector size")
        self._fat = list(struct.unpack_from(f"<{_HEADER_FAT_SECTORS}L", header, 76))
        self._next_difat = struct.unpack_from("<L", header, 68)[0]
        self._difat_sectors = 0
        self._mini_fat = struct.unpack_from("<L", header, 60)[0]
        entries = self._read_entries(struct.unpack_from("<L", header, 48)[0])
        if not any(entry.kind in _KINDS for entry in entries):
            raise BadOle("no directory")
        self._mini_stream = entries[0].stream
        self.root = _list_root(entries)

    def read_start(self, stream: Stream, count: int = 512) -> bytes:
        """Return the first bytes of a stream, as far as its sectors can be found."""
        count = min(count, stream.size)
        found = bytearray()
        sector = stream.sector
        is_mini = stream.size < _MINI_STREAM_BELOW
        while len(found) < count and sector < _FIRST_MARKER:
            piece = self._mini_sector(sector) if is_mini else self._sector(sector)
            if not piece:
                break
            found += piece
            sector = self._next_mini(sector) if is_mini else self._next(sector)
        return bytes(found[:count])

    def _read_entries(self, sector: int) -> list[_Entry]:
        entries: list[_Entry] = []
        seen: set[int] = set()
        while sector < _FIRST_MARKER and sector not in seen and len(seen) < _MAX_DIRECTORY_SECTORS:
            seen.add(sector)
            block = self._sector(sector)
            entries.extend(
                _read_entry(block[at : at + _ENTRY_SIZE], self._shift)
                for at in range(0, len(block) - _ENTRY_SIZE + 1, _ENTRY_SIZE)
            )
            if len(entries) >= _MAX_ENTRIES:
                break
            sector = self._next(sector)
        return entries

    def _sector(self, sector: int) -> bytes:
        self._file.seek((sector + 1) << self._shift)
        return self._file.read(1 << self._shift)

    def _next(self, sector: int) -> int:
        """Return the sector after `sector` in its chain."""
        index, within = divmod(sector, 1 << (self._shift - 2))
        while index >= len(self._fat) and self._read_difat():
            pass
        if index >= len(self._fat) or self._fat[index] >= _FIRST_MARKER:
            return _FIRST_MARKER
        return self._number(self._fat[index], within)

    def _read_difat(self) -> bool:
        """Add the numbers of FAT sectors that the next DIFAT sector lists."""
        if self._next_difat >= _FIRST_MARKER or self._difat_sectors >= _MAX_DIFAT_SECTORS:
            return False
        self._difat_sectors += 1
        block = self._sector(self._next_difat)
        numbers = struct.unpack(f"<{len(block) // 4}L", block[: len(block) // 4 * 4])
        if not numbers:
            return False
        self._fat += numbers[:-1]
        self._next_difat = numbers[-1]
        return True

    def _next_mini(self, sector: int) -> int:
        index, within = divmod(sector, 1 << (self._shift - 2))
        found = self._skip(self._mini_fat, index)
        return _FIRST_MARKER if found >= _FIRST_MARKER else self._number(found, within)

    def _mini_sector(self, sector: int) -> bytes:
        index, within = divmod(sector << _MINI_SHIFT, 1 << self._shift)
        found = self._skip(self._mini_stream.sector, index)
        if found >= _FIRST_MARKER:
            return b""
        return self._sector(found)[within : within + (1 << _MINI_SHIFT)]

    def _skip(self, sector: int, count: int) -> int:
        """Return the sector that comes `count` after `sector` in its chain."""
        if count > _MAX_DIRECTORY_SECTORS:
            return _FIRST_MARKER
        for _ in range(count):
            if sector >= _FIRST_MARKER:
                break
            sector = self._next(sector)
        return sector

    def _number(self, sector: int, within: int) -> int:
        """Return a number within a sector of a FAT."""
        self._file.seek(((sector + 1) << self._shift) + 4 * within)
        value = self._file.read(4)
        return int.from_bytes(value, "little") if len(value) == 4 else _FIRST_MARKER


def _read_entry(entry: bytes, shift: int) -> _Entry:
    length = min(64, struct.unpack_from("<H", entry, 64)[0])
    left, right, child = struct.unpack_from("<3L", entry, 68)
    sector, size = struct.unpack_from("<LQ", entry, 116)
    if shift == 9:
        size &= 0xFFFFFFFF  # old writers leave random bytes in the upper half
    kind = entry[66]
    return _Entry(
        name=entry[: max(0, length - 2)].decode("utf-16-le", "replace").lower(),
        kind=kind,
        left=left,
        right=right,
        child=child,
        stream=Stream(sector, size if kind == _STREAM else 0),
    )


def _list_root(entries: list[_Entry]) -> dict[str, Stream]:
    """Return the children of the root; all entries if an index leads nowhere or to itself."""
    found: dict[str, Stream] = {}
    seen: set[int] = set()
    waiting = [entries[0].child]
    is_whole = len(entries) < _MAX_ENTRIES
    while waiting:
        index = waiting.pop()
        if index == _NO_ENTRY or (index >= len(entries) and not is_whole):
            continue
        if index in seen or index >= len(entries) or entries[index].kind not in _KINDS:
            return _list_all(entries)
        seen.add(index)
        entry = entries[index]
        found.setdefault(entry.name, entry.stream)
        waiting += (entry.left, entry.right)
    return found or _list_all(entries)


def _list_all(entries: list[_Entry]) -> dict[str, Stream]:
    found: dict[str, Stream] = {}
    for entry in entries:
        if entry.name and entry.kind:
            found.setdefault(entry.name, entry.stream)
    return found
