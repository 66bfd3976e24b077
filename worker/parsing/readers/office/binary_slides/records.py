"""The records of a presentation ([MS-PPT] 2.3.1), and its objects by their numbers (2.3.4)."""

import struct
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_HEADER = struct.Struct("<HHL")
_EDIT, _DIRECTORY = 4085, 6002
_NUMBER_BITS = 20
_MAX_RECORDS = 1_000_000
_MAX_EDITS = 1000


class BadPresentation(Exception):
    """The presentation is damaged, or of a program older than PowerPoint 97."""


class Record(NamedTuple):
    """A record: its type and instance, and where its content begins and ends."""

    kind: int
    instance: int
    start: int
    end: int


class Records:
    """The records of a stream, as many as one file may take time for."""

    def __init__(self, stream: bytes) -> None:
        """Take the stream `PowerPoint Document`, or part of it, or the stream of pictures."""
        self.stream = stream
        self._left = _MAX_RECORDS

    def at(self, place: int) -> Record:
        """Return the record at a place. Raises BadPresentation if there is none."""
        for record in self.between(place, len(self.stream)):
            return record
        raise BadPresentation("an object is missing")

    def within(self, parent: Record) -> Iterator[Record]:
        """Yield the records in a container, up to the first damaged one."""
        return self.between(parent.start, parent.end)

    def between(self, start: int, end: int) -> Iterator[Record]:
        """Yield the records from a place to another one, up to the first damaged one."""
        while start + _HEADER.size <= end and self._left > 0:
            self._left -= 1
            version, kind, length = _HEADER.unpack_from(self.stream, start)
            start += _HEADER.size
            if start + length > end:
                return
            yield Record(kind, version >> 4, start, start + length)
            start += length

    def content(self, record: Record) -> bytes:
        """Return the bytes of a record."""
        return self.stream[record.start : record.end]

    def find(self, parent: Record, *path: int) -> Record | None:
        """Return the first record of the types of a path, each within the one before."""
        found: Record | None = parent
        for kind in path:
            if found is None:
                return None
            found = next((each for each in self.within(found) if each.kind == kind), None)
        return found


def read_directory(records: Records, last_edit: int) -> tuple[int, Mapping[int, int]]:
    """Return the number of the document, and the places of all objects by their numbers.

    Each time the file was saved in part, an edit was added that names the one before (2.3.3).
    Raises BadPresentation.
    """
    document = 0
    places: dict[int, int] = {}
    seen: set[int] = set()
    while last_edit and last_edit not in seen and len(seen) < _MAX_EDITS:
        seen.add(last_edit)
        edit = records.at(last_edit)
        if edit.kind != _EDIT or edit.end - edit.start < 20:
            raise BadPresentation("an edit is missing")
        last_edit, directory, reference = struct.unpack_from("<3L", records.stream, edit.start + 8)
        document = document or reference
        for number, place in _listed(records, directory):
            places.setdefault(number, place)
    if document not in places:
        raise BadPresentation("no document")
    return document, places


def _listed(records: Records, place: int) -> Iterator[tuple[int, int]]:
    """Yield the objects of one directory: runs of numbers, each with the places of its objects."""
    directory = records.at(place)
    if directory.kind != _DIRECTORY:
        raise BadPresentation("a directory is missing")
    numbers = struct.iter_unpack("<L", records.content(directory)[: _whole(directory)])
    for (head,) in numbers:
        first, count = head & (1 << _NUMBER_BITS) - 1, head >> _NUMBER_BITS
        for number in range(first, first + count):
            found = next(numbers, None)
            if found is None:
                return
            yield number, found[0]


def _whole(record: Record) -> int:
    return (record.end - record.start) // 4 * 4
