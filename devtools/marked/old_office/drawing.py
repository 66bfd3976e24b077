"""Records of drawings in old Office files ([MS-ODRAW] 2.2.1); a ppt is made of the same records."""

import struct


def atom(kind: int, content: bytes, version: int = 0, instance: int = 0) -> bytes:
    """Return a record with data."""
    return struct.pack("<HHL", version | instance << 4, kind, len(content)) + content


def container(kind: int, *records: bytes, instance: int = 0) -> bytes:
    """Return a record of records."""
    return atom(kind, b"".join(records), 0xF, instance)


def container_head(kind: int, length: int) -> bytes:
    """Return the head of a record of records of this length together."""
    return struct.pack("<HHL", 0xF, kind, length)


def group_shape(number: int) -> bytes:
    """Return the shape to which all shapes of a drawing belong (2.2.16)."""
    return container(
        0xF004, atom(0xF009, bytes(16), 1), atom(0xF00A, struct.pack("<LL", number, 5), 2)
    )
