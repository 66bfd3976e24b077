"""Reads the comments of old PowerPoint files: [MS-PPT] 2.5.21 (`CommentContainer`)."""

import struct
from collections.abc import Iterator

_HEADER = struct.Struct("<HHL")
_CONTAINER = 0xF
_SLIDE, _COMMENT, _STRING = 1006, 12000, 4026
# A blob of data that holds records (2.3.4, `BinaryTagDataBlob`).
_BLOB = 5003
_TEXT_INSTANCE = 1
_MAX_RECORDS = 200_000


def read_comments(stream: bytes) -> list[list[str]]:
    """Return the texts of the comments on each slide that the document stream holds.

    A file that was saved in pieces may hold a slide more than once. Damaged records end the walk.
    """
    slides: list[list[str]] = []
    in_comment_until = 0
    for start, end, kind, instance in _records(stream):
        if kind == _SLIDE:
            slides.append([])
        elif kind == _COMMENT:
            in_comment_until = end
        elif kind == _STRING and instance == _TEXT_INSTANCE and end <= in_comment_until and slides:
            text = stream[start:end].decode("utf-16-le", "replace").strip()
            if text:
                slides[-1].append(text)
    return slides


def _records(stream: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield start, end, type and instance of each record, containers before their content."""
    at = 0
    for _ in range(_MAX_RECORDS):
        if at + _HEADER.size > len(stream):
            return
        version, kind, length = _HEADER.unpack_from(stream, at)
        start = at + _HEADER.size
        end = start + length
        if end > len(stream):
            return
        yield start, end, kind, version >> 4
        at = start if version & 0xF == _CONTAINER or kind == _BLOB else end
