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


def decorative_text(text: str, *, is_deleted: bool = False) -> bytes:
    """Return a drawing with a shape whose letters are a property of it (2.3.22)."""
    letters = f"{text}\0".encode("utf-16-le")
    properties = struct.pack("<HL", 0x80C0, len(letters)) + letters
    data = struct.pack("<LL", 1025, 0xA00 | 8 * is_deleted)
    shape = container(0xF004, atom(0xF00A, data, 2, 136), atom(0xF00B, properties, 3, 1))
    return container(0xF002, shape)
