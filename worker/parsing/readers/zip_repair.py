"""Repairs zip files that servers, mails and broken connections damaged around their members.

Layout: APPNOTE.TXT 6.3.10, sections 4.3.7 (local headers), 4.3.12 (directory), 4.3.16 (end).
"""

import contextlib
import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from app.files.sniff import zip_directory
from worker.parsing.limits import ParserLimits

_MEMBER = b"PK\x03\x04"
_WITHIN = 8192
_LOCAL = struct.Struct("<4s5H3L2H")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_DESCRIPTOR_FLAG, _ENCRYPTED_FLAG = 0x8, 0x1
_STORED, _DEFLATED = 0, 8
_PIECE = 1 << 16


def drop_leading_bytes(file: BinaryIO) -> BinaryIO:
    """Return a zip file without what stands before its first member, such as an HTTP header."""
    file.seek(0)
    at = file.read(_WITHIN).find(_MEMBER)
    if at <= 0:
        return file
    file.seek(at)
    return io.BytesIO(file.read())


def rebuild_directory(file: BinaryIO, limits: ParserLimits) -> BinaryIO | None:
    """Return a zip file whose directory is lost, with one of the members that are whole.

    None for other files, and if no member is whole. Members are unpacked up to the limit of an
    office file in all.
    """
    file.seek(0)
    if file.read(len(_MEMBER)) != _MEMBER or _has_directory(file):
        return None
    file.seek(0)
    data = file.read()
    members = list(_walk(data, limits))
    if not members:
        return None
    end = members[-1].end
    directory = b"".join(member.entry() for member in members)
    count = len(members)
    record = _END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), end, 0)
    return io.BytesIO(data[:end] + directory + record)


def _has_directory(file: BinaryIO) -> bool:
    with contextlib.suppress(zip_directory.TooManyMembers, zip_directory.DirectoryTooLarge):
        try:
            zip_directory.list_members(file)
        except zip_directory.BadZip:
            return False
    return True


@dataclass(frozen=True, slots=True)
class _Member:
    """A member by its local header: where it begins and ends, and its sizes in bytes."""

    name: bytes
    method: int
    packed: int
    size: int
    start: int
    end: int

    def entry(self) -> bytes:
        """Return the entry of the directory for this member."""
        numbers = (20, 20, 0, self.method, 0, 0, 0, self.packed, self.size, len(self.name))
        return _ENTRY.pack(b"PK\x01\x02", *numbers, 0, 0, 0, 0, 0, self.start) + self.name


def _walk(data: bytes, limits: ParserLimits) -> Iterator[_Member]:
    """Yield the whole members at the beginning of a file, up to the first that is not."""
    at = 0
    room = limits.zip_unpacked_bytes
    for _ in range(limits.zip_members):
        if not data.startswith(_MEMBER, at) or at + _LOCAL.size > len(data):
            return
        _, _, flags, method, _, _, _, packed, size, name_length, extra = _LOCAL.unpack_from(
            data, at
        )
        name_at = at + _LOCAL.size
        content_at = name_at + name_length + extra
        if flags & _ENCRYPTED_FLAG or method not in (_STORED, _DEFLATED):
            return
        if flags & _DESCRIPTOR_FLAG and not packed:
            found = _measure(data, content_at, room) if method == _DEFLATED else None
            if found is None:
                return
            packed, size = found
        end = content_at + packed
        room -= size
        if end > len(data) or room < 0:
            return
        yield _Member(data[name_at : name_at + name_length], method, packed, size, at, end)
        at = end
        if flags & _DESCRIPTOR_FLAG:
            # The sizes follow, with or without a mark, in 12 to 24 bytes.
            at = data.find(b"PK", end + 12, end + 26)


def _measure(data: bytes, start: int, room: int) -> tuple[int, int] | None:
    """Return the packed and the unpacked size of deflated bytes, None if they do not end."""
    unpack = zlib.decompressobj(-zlib.MAX_WBITS)
    view = memoryview(data)
    size, at = 0, start
    try:
        while not unpack.eof and at < len(data) and size <= room:
            waiting: bytes | memoryview = view[at : at + _PIECE]
            at += len(waiting)
            while waiting and not unpack.eof and size <= room:
                size += len(unpack.decompress(waiting, _PIECE))
                waiting = unpack.unconsumed_tail
    except zlib.error:
        return None
    if not unpack.eof:
        return None
    return at - start - len(unpack.unused_data), size
