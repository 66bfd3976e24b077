"""Reader of a zip file's directory with bounded work, for hostile files.

Python's `zipfile` reads a directory of any size: a file of 90 MB can have a million names, or
names of 64 KB each. This reader checks the count and size in the end record first, and reads
nothing beyond them. Layout: APPNOTE.TXT 6.3.10, sections 4.3.7 to 4.3.16.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MAX_MEMBERS = 10_000
# 10,000 names of ordinary length take less than half of this.
MAX_DIRECTORY_BYTES = 4 * 1024 * 1024

_END = b"PK\x05\x06"
_END_RECORD = struct.Struct("<4s4H2LH")
_LOCATOR64 = struct.Struct("<4sLQL")
_END64_RECORD = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_MAX_COMMENT = 0xFFFF
_IN_EXTRA_FIELD = 0xFFFFFFFF
_COUNT_IN_END64 = 0xFFFF
_ENCRYPTED_FLAG = 0x1
_STORED, _DEFLATED = 0, 8
_PIECE = 1 << 16


class BadZip(Exception):
    """The file is not a zip, or its directory is damaged."""


class TooManyMembers(Exception):
    """The directory claims `count` members, more than the limit."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} members")
        self.count = count


class DirectoryTooLarge(Exception):
    """The directory claims `size` bytes, more than the limit."""

    def __init__(self, size: int) -> None:
        super().__init__(f"a directory of {size} bytes")
        self.size = size


@dataclass(frozen=True, slots=True)
class Member:
    """An entry of the directory; `packed` and `size` are claims of the file, in bytes."""

    name: str
    packed: int
    size: int
    method: int
    encrypted: bool
    offset: int


@dataclass(frozen=True, slots=True)
class _Directory:
    """Where the directory is: its number of entries, its size and its start in the file.

    `shift` is added to the offsets of members: bytes before the archive move them all.
    """

    count: int
    size: int
    start: int
    shift: int


def member_key(name: str) -> str:
    """Return a name by which members match, in any case and however they spell the root.

    Some programs write backslashes, `/word/document.xml` or `./word/document.xml`.
    """
    return name.replace("\\", "/").removeprefix("./").lstrip("/").lower()


def list_members(file: BinaryIO, limit: int = MAX_MEMBERS) -> tuple[Member, ...]:
    """Return the members of a zip file, in the directory's order.

    Raises TooManyMembers when the directory claims more than `limit` members and DirectoryTooLarge
    when it claims too many bytes, both before reading it; BadZip when it is missing or damaged.
    """
    file.seek(0, 2)
    total = file.tell()
    directory = _find_directory(file, total)
    if directory.count > limit:
        raise TooManyMembers(directory.count)
    if directory.size > MAX_DIRECTORY_BYTES:
        raise DirectoryTooLarge(directory.size)
    if directory.start < 0 or directory.start + directory.size > total:
        raise BadZip("the directory lies outside the file")
    file.seek(directory.start)
    entries = io.BytesIO(file.read(directory.size))
    return tuple(_read_entry(entries, directory.shift) for _ in range(directory.count))


def read_member(file: BinaryIO, member: Member, limit: int) -> bytes:
    """Return the first `limit` unpacked bytes of a stored or deflated member.

    Raises BadZip when the member is encrypted, damaged, or uses another compression.
    """
    _seek_content(file, member)
    if member.method == _STORED:
        return file.read(min(limit, member.packed))
    unpack = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        return unpack.decompress(file.read(min(member.packed, limit)), limit)
    except zlib.error as error:
        raise BadZip("the member is damaged") from error


def stream_member(file: BinaryIO, member: Member, limit: int) -> Iterator[bytes]:
    """Yield the first `limit` unpacked bytes of a member in pieces of at most 64 KiB.

    The caller may read other members in between. Raises BadZip as `read_member` does, also in
    the middle.
    """
    _seek_content(file, member)
    position, packed = file.tell(), member.packed
    unpack = None if member.method == _STORED else zlib.decompressobj(-zlib.MAX_WBITS)
    waiting = b""
    while limit > 0 and (waiting or packed > 0):
        if not waiting:
            file.seek(position)
            waiting = file.read(min(packed, _PIECE))
            if not waiting:
                return
            position += len(waiting)
            packed -= len(waiting)
        try:
            piece = waiting if unpack is None else unpack.decompress(waiting, min(limit, _PIECE))
        except zlib.error as error:
            raise BadZip("the member is damaged") from error
        waiting = b"" if unpack is None else unpack.unconsumed_tail
        yield piece[:limit]
        limit -= len(piece)


def _seek_content(file: BinaryIO, member: Member) -> None:
    if member.encrypted or member.method not in (_STORED, _DEFLATED):
        raise BadZip("the member cannot be read")
    file.seek(member.offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or header[:4] != b"PK\x03\x04":
        raise BadZip("the member has no header")
    name_length, extra_length = _LOCAL.unpack(header)[-2:]
    file.seek(name_length + extra_length, 1)


def _find_directory(file: BinaryIO, total: int) -> _Directory:
    """Find the directory of a file of `total` bytes by its end record; raises BadZip."""
    tail_length = min(total, _END_RECORD.size + _MAX_COMMENT)
    file.seek(total - tail_length)
    tail = file.read(tail_length)
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_RECORD.size:
        raise BadZip("no end record")
    _, _, _, _, count, size, offset, _ = _END_RECORD.unpack_from(tail, at)
    end = total - tail_length + at
    if count == _COUNT_IN_END64 or _IN_EXTRA_FIELD in (size, offset):
        locator = tail[at - _LOCATOR64.size : at] if at >= _LOCATOR64.size else b""
        if locator.startswith(b"PK\x06\x07"):
            count, size, offset, end = _read_end64(file, locator)
    # There may be bytes before the archive: a self-extractor, a mail header.
    start = end - size
    return _Directory(count, size, start, start - offset)


def _read_end64(file: BinaryIO, locator: bytes) -> tuple[int, int, int, int]:
    position = _LOCATOR64.unpack(locator)[2]
    file.seek(min(position, 1 << 62))
    record = file.read(_END64_RECORD.size)
    if len(record) < _END64_RECORD.size or not record.startswith(b"PK\x06\x06"):
        raise BadZip("no 64-bit end record")
    *_, count, size, offset = _END64_RECORD.unpack(record)
    return count, size, offset, position


def _read_entry(file: BinaryIO, shift: int) -> Member:
    header = file.read(_ENTRY.size)
    if len(header) < _ENTRY.size or header[:4] != b"PK\x01\x02":
        raise BadZip("the directory is damaged")
    fields = _ENTRY.unpack(header)
    flags, method = fields[3], fields[4]
    packed, size, name_length, extra_length, comment_length = fields[8:13]
    name = file.read(name_length)
    extra = file.read(extra_length)
    file.seek(comment_length, 1)
    offset = fields[-1]
    if _IN_EXTRA_FIELD in (packed, size, offset):
        size, packed, offset = _read_extra64(extra, size, packed, offset)
    return Member(
        name=name.decode("utf-8", "replace"),
        packed=packed,
        size=size,
        method=method,
        encrypted=bool(flags & _ENCRYPTED_FLAG),
        offset=max(0, offset + shift),
    )


def _read_extra64(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Return size, packed and offset, from the extra field those that refer to it."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            body = extra[at + 4 : at + 4 + length]
            found = [int.from_bytes(body[i : i + 8], "little") for i in range(0, len(body), 8)]
            # It has only the values that refer to it, in this order.
            size, packed, offset = (
                found.pop(0) if value == _IN_EXTRA_FIELD and found else value
                for value in (size, packed, offset)
            )
            break
        at += 4 + length
    return size, packed, offset
