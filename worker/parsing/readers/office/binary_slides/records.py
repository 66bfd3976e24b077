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

    `last_edit` is the place of the last edit. Raises BadPresentation.
    """
    edits = list(_edits(records, last_edit))
    document = edits[0].document if edits else 0
    places: dict[int, int] = {}
    for directory in dict.fromkeys(edit.directory for edit in edits):
        for number, place in _listed(records, directory):
            places.setdefault(number, place)
    if document not in places:
        raise BadPresentation("no document")
    return document, places


class _Edit(NamedTuple):
    """What was saved at one time: where its directory is, and the number of the document."""

    before: int
    directory: int
    document: int


def _edits(records: Records, last_edit: int) -> Iterator[_Edit]:
    """Yield the edits, the last one first.

    Each time the file was saved in part, an edit was added that names the one before (2.3.3).
    Where that chain is broken, all edits of the stream follow.
    """
    place = last_edit
    seen: set[int] = set()
    while place not in seen and len(seen) < _MAX_EDITS:
        seen.add(place)
        record = next(records.between(place, len(records.stream)), None)
        edit = _edit(records, record) if record else None
        if edit is None:
            break
        yield edit
        place = edit.before
        if not place:
            return
    found = (_edit(records, record) for record in records.between(0, len(records.stream)))
    yield from list(filter(None, found))[: -_MAX_EDITS - 1 : -1]


def _edit(records: Records, record: Record) -> _Edit | None:
    if record.kind != _EDIT or record.end - record.start < 20:
        return None
    return _Edit(*struct.unpack_from("<3L", records.stream, record.start + 8))


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
