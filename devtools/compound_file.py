"""Makes compound files with streams of any size ([MS-CFB]): small ones are in the mini stream."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Tree = Mapping[str, "bytes | Tree"]
"""Streams (bytes) and storages (dictionaries of the same) by name."""

_SECTOR, _MINI_SECTOR, _MINI_BELOW = 512, 64, 4096
_PER_SECTOR = _SECTOR // 4
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_STORAGE, _STREAM, _ROOT = 1, 2, 5


@dataclass(slots=True)
class _Entry:
    """A directory entry (2.6.1)."""

    name: str
    kind: int
    start: int = 0
    size: int = 0
    right: int = _FREE
    child: int = _FREE

    def encode(self) -> bytes:
        name = self.name.encode("utf-16-le") + b"\0\0"
        return (
            name.ljust(64, b"\0")
            + struct.pack("<HBB3L", len(name), self.kind, 1, _FREE, self.right, self.child)
            + bytes(36)
            + struct.pack("<LQ", self.start, self.size)
        )


@dataclass(slots=True)
class _Sectors:
    """Sectors of one size and the table of what follows each of them."""

    size: int
    data: bytearray = field(default_factory=bytearray)
    next: list[int] = field(default_factory=list)

    def add(self, content: bytes) -> int:
        """Append a chain with this content; return its first sector."""
        start, count = len(self.next), -(-len(content) // self.size)
        if not count:
            return _END
        self.data += content.ljust(count * self.size, b"\0")
        self.next += [*range(start + 1, start + count), _END]
        return start


def compound_file(tree: Tree) -> bytes:
    """Return a compound file of version 3 with these streams and storages."""
    entries = [_Entry("Root Entry", _ROOT)]
    sectors, small = _Sectors(_SECTOR), _Sectors(_MINI_SECTOR)
    entries[0].child = _add(tree, entries, sectors, small)
    entries[0].start, entries[0].size = sectors.add(bytes(small.data)), len(small.data)
    directory_start = sectors.add(_directory(entries))
    small_table = _small_table(small)
    small_start = sectors.add(small_table)
    table_start = len(sectors.next)
    table = _table(sectors)
    count = len(table) // _PER_SECTOR
    header = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16)
    header += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<5L", 0, count, directory_start, 0, _MINI_BELOW)
    header += struct.pack("<4L", small_start, len(small_table) // _SECTOR, _END, 0)
    own = [*range(table_start, table_start + count)]
    header += struct.pack("<109L", *own, *[_FREE] * (109 - count))
    return header + bytes(sectors.data) + struct.pack(f"<{len(table)}L", *table)


def _directory(entries: Sequence[_Entry]) -> bytes:
    unused = bytes(68) + struct.pack("<3L", _FREE, _FREE, _FREE) + bytes(48)
    return b"".join(entry.encode() for entry in entries) + unused * (-len(entries) % 4)


def _small_table(small: _Sectors) -> bytes:
    """Return the table of the mini sectors, which fills whole sectors."""
    table = struct.pack(f"<{len(small.next)}L", *small.next)
    return table.ljust(-(-len(table) // _SECTOR) * _SECTOR, b"\xff")


def _table(sectors: _Sectors) -> list[int]:
    """Return the table of all sectors, which lists its own sectors, too."""
    count = 1
    while len(sectors.next) + count > count * _PER_SECTOR:
        count += 1
    table = [*sectors.next, *[_FAT] * count]
    return table + [_FREE] * (count * _PER_SECTOR - len(table))


def _add(tree: Tree, entries: list[_Entry], sectors: _Sectors, small: _Sectors) -> int:
    """Add the entries of a storage; return the first, from which siblings go to the right."""
    first, before = _FREE, None
    for name in sorted(tree, key=lambda name: (len(name), name.upper())):
        content, number = tree[name], len(entries)
        if isinstance(content, bytes):
            entry = _Entry(name, _STREAM, size=len(content))
            entries.append(entry)
            entry.start = (small if len(content) < _MINI_BELOW else sectors).add(content)
        else:
            entry = _Entry(name, _STORAGE)
            entries.append(entry)
            entry.child = _add(content, entries, sectors, small)
        if before is None:
            first = number
        else:
            before.right = number
        before = entry
    return first
