"""Reads the storages and streams of a compound file ([MS-CFB]), also of damaged and hostile ones.

The work is bounded: every chain of sectors ends at a sector that was there before, and no stream
is longer than the file.
"""

import array
import struct
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

from app.files.sniff.ole_directory import SIGNATURE

_HEADER_SIZE = 512
_ENTRY = struct.Struct("<64sHBB3L36xLQ")
_FIRST_MARKER = 0xFFFFFFFA
_NO_ENTRY = 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_MAX_ENTRIES = 100_000


class BadCompoundFile(Exception):
    """The file has no readable header or directory."""


@dataclass(frozen=True, slots=True)
class Storage:
    """A folder: the bytes of its streams and its storages, by names in lower case."""

    file: "CompoundFile"
    streams: Mapping[str, tuple[int, int]]
    storages: Mapping[str, int]

    def read(self, name: str) -> bytes:
        """Return a stream, nothing if there is none; of a damaged one what can be found."""
        place = self.streams.get(name.lower())
        return self.file.read_stream(*place) if place else b""

    def open(self, name: str) -> "Storage":
        """Return a storage; an empty one if there is none."""
        number = self.storages.get(name.lower())
        return Storage(self.file, {}, {}) if number is None else self.file.open(number)


@dataclass(slots=True)
class CompoundFile:
    """The tables of a file: its sectors' chains, the small sectors, and the directory."""

    data: bytes
    shift: int
    fat: "array.array[int]"
    mini_shift: int = 6
    mini_below: int = 4096
    mini_fat: "array.array[int]" = field(default_factory=lambda: array.array("I"))
    mini_stream: bytes = b""
    entries: list[tuple[str, int, int, int, int, int, int]] = field(default_factory=list)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read the tables of a file.

        Raises BadCompoundFile.
        """
        if len(data) < _HEADER_SIZE or not data.startswith(SIGNATURE):
            raise BadCompoundFile("no header")
        shift, mini_shift = struct.unpack_from("<2H", data, 30)
        directory, mini_below, mini_fat, _, difat = struct.unpack_from("<L4xL3L", data, 48)
        if shift not in (9, 12) or mini_shift >= shift:
            raise BadCompoundFile("unknown sector size")
        file = cls(data, shift, array.array("I"), mini_shift, mini_below)
        file._read_fat(difat)
        file._read_directory(directory)
        file.mini_fat = _numbers(file._chain(mini_fat))
        _, _, _, _, _, start, size = file.entries[0]
        file.mini_stream = file._chain(start)[:size]
        return file

    @property
    def root(self) -> Storage:
        """Return the root storage."""
        return self.open(0)

    def open(self, number: int) -> Storage:
        """Return the storage of an entry of the directory."""
        streams: dict[str, tuple[int, int]] = {}
        storages: dict[str, int] = {}
        for child in self._children(number):
            name, kind, _, _, _, start, size = self.entries[child]
            if kind == _STREAM:
                streams.setdefault(name, (start, size))
            elif kind == _STORAGE:
                storages.setdefault(name, child)
        return Storage(self, streams, storages)

    def read_stream(self, start: int, size: int) -> bytes:
        """Return the bytes of a stream by its first sector and its size."""
        if size >= self.mini_below:
            return self._chain(start, size)[:size]
        width = 1 << self.mini_shift
        pieces = [
            self.mini_stream[sector * width : (sector + 1) * width]
            for sector in _follow(self.mini_fat, start, -(-size // width))
        ]
        return b"".join(pieces)[:size]

    def _children(self, number: int) -> Iterator[int]:
        """Yield the entries of a storage, which form a tree of siblings."""
        seen = {number}
        pending = [self.entries[number][4]]
        while pending:
            child = pending.pop()
            if child in seen or child >= len(self.entries):
                continue
            seen.add(child)
            yield child
            pending += self.entries[child][2:4]

    def _read_fat(self, difat: int) -> None:
        sectors = list(struct.unpack_from("<109L", self.data, 76))
        seen: set[int] = set()
        while difat < _FIRST_MARKER and difat not in seen:
            seen.add(difat)
            numbers = _numbers(self._sector(difat))
            if not numbers:
                break
            sectors += numbers[:-1]
            difat = numbers[-1]
        used: set[int] = set()
        for sector in sectors:
            if sector < _FIRST_MARKER and sector not in used:
                used.add(sector)
                self.fat.extend(_numbers(self._sector(sector)))

    def _read_directory(self, start: int) -> None:
        block = self._chain(start, _MAX_ENTRIES * _ENTRY.size)
        # Old writers leave random bytes in the upper half of sizes.
        mask = 0xFFFFFFFF if self.shift == 9 else 0xFFFFFFFFFFFFFFFF
        for name, length, kind, _, left, right, child, first, size in _ENTRY.iter_unpack(
            block[: len(block) // _ENTRY.size * _ENTRY.size]
        ):
            text = name[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace").lower()
            self.entries.append((text, kind, left, right, child, first, size & mask))
        if not self.entries or self.entries[0][1] != _ROOT:
            raise BadCompoundFile("no directory")

    def _sector(self, number: int) -> bytes:
        return self.data[(number + 1) << self.shift : (number + 2) << self.shift]

    def _chain(self, start: int, size: int | None = None) -> bytes:
        width = 1 << self.shift
        limit = len(self.data) if size is None else min(size, len(self.data))
        return b"".join(map(self._sector, _follow(self.fat, start, -(-limit // width))))


def _follow(table: "array.array[int]", sector: int, limit: int) -> Iterator[int]:
    """Yield the sectors of a chain, at most `limit`."""
    for _ in range(limit):
        if sector >= len(table):
            return
        yield sector
        sector = table[sector]


def _numbers(block: bytes) -> "array.array[int]":
    numbers = array.array("I", block[: len(block) // 4 * 4])
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
