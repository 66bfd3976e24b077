"""Makes sample OLE compound files for tests and benchmarks: workbooks and messages."""

import struct
from collections.abc import Mapping, Sequence
from typing import Any

_END, _FREE = 0xFFFFFFFE, 0xFFFFFFFF


def ole_file(**streams: bytes) -> bytes:
    """Make a compound file of 512-byte sectors; streams are padded to 4096 bytes."""
    return ole_file_of(streams)


OleTree = Mapping[str, "bytes | OleTree"]


def ole_file_of(tree: OleTree, *, pads: bool = True) -> bytes:
    """Make a compound file of streams (bytes) and storages (dictionaries of the same).

    Streams are padded to 4096 bytes, or `pads` is false and shorter ones are in the mini stream.
    """
    entries: list[dict[str, Any]] = []
    body = b""
    fat: list[int] = []
    mini = b""
    mini_fat: list[int] = []

    def chain(data: bytes) -> int:
        nonlocal body
        start = len(fat)
        body += data + b"\0" * (-len(data) % 512)
        fat.extend([*range(start + 1, len(body) // 512), _END])
        return start

    def mini_chain(data: bytes) -> int:
        nonlocal mini
        start = len(mini_fat)
        mini += data + b"\0" * (-len(data) % 64)
        mini_fat.extend([*range(start + 1, len(mini) // 64), _END])
        return start

    def add(children: OleTree) -> int:
        # Each entry is the right sibling of the one before, in order of length, then of letters.
        first = last = _FREE
        for name in sorted(children, key=lambda name: (len(name), name.upper())):
            content = children[name]
            number = len(entries)
            entries.append({"name": name, "kind": 1, "start": 0, "size": 0})
            if last == _FREE:
                first = number
            else:
                entries[last]["right"] = number
            last = number
            if isinstance(content, Mapping):
                entries[number]["child"] = add(content)
                continue
            data = content.ljust(4096, b"\0") if pads else content
            start = chain(data) if len(data) >= 4096 else mini_chain(data) if data else _END
            entries[number].update(kind=2, start=start, size=len(data))
        return first

    entries.append({"name": "Root Entry", "kind": 5, "start": _END, "size": 0})
    entries[0]["child"] = add(tree)
    mini_fat_start = _END
    if mini:
        entries[0].update(start=chain(mini), size=len(mini))
        mini_fat_start = chain(struct.pack(f"<{len(mini_fat)}L", *mini_fat))
    directory = b"".join(_ole_entry(**entry) for entry in entries)
    directory_start = chain(directory + _ole_entry("", 0, 0, 0) * (-len(entries) % 4))
    count = len(fat) // 127 + 1  # a sector has room for 128 numbers, its own among them
    fat_sectors = [*range(len(fat), len(fat) + count)]
    fat += [0xFFFFFFFD] * count
    fat += [_FREE] * (128 * count - len(fat))
    header = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16)
    header += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<5L", 0, count, directory_start, 0, 4096)
    header += struct.pack("<4L", mini_fat_start, len(mini_fat) // 128 + bool(mini), _END, 0)
    header += struct.pack("<109L", *fat_sectors, *[_FREE] * (109 - count))
    return header + body + struct.pack(f"<{len(fat)}L", *fat)


MsgProperties = Mapping[int, "str | bytes | int | MsgProperties"]


def msg(subject: str, body: str, *attachments: str) -> bytes:
    """Make an Outlook message ([MS-OXMSG]) with attached files of the given names."""
    files: list[MsgProperties] = [
        {0x3707001F: name, 0x37010102: b"content"} for name in attachments
    ]
    return msg_of({0x001A001F: "IPM.Note", 0x0037001F: subject, 0x1000001F: body}, *files)


def msg_of(
    message: MsgProperties,
    *attachments: MsgProperties,
    recipients: Sequence[MsgProperties] = (),
    others: "OleTree | None" = None,
) -> bytes:
    """Make an Outlook message of properties by tag.

    Values are texts, bytes, numbers, or the properties of an embedded message.
    """
    tree = dict(_msg_storage(message, 32))
    for number, recipient in enumerate(recipients):
        tree[f"__recip_version1.0_#{number:08X}"] = _msg_storage(recipient, 8)
    for number, attachment in enumerate(attachments):
        tree[f"__attach_version1.0_#{number:08X}"] = _msg_storage(attachment, 8)
    return ole_file_of(tree | dict(others or {}), pads=False)


def _msg_storage(properties: MsgProperties, header: int) -> "OleTree":
    tree: dict[str, bytes | OleTree] = {}
    fixed = bytes(header)
    for tag, value in properties.items():
        name = f"__substg1.0_{tag:08X}"
        if isinstance(value, int):
            fixed += struct.pack("<LLQ", tag, 6, value)
        elif isinstance(value, Mapping):
            tree[name] = _msg_storage(value, 24)
        elif isinstance(value, str):
            tree[name] = value.encode("utf-16-le" if tag & 0xFFFF == 0x001F else "latin-1")
        else:
            tree[name] = value
    return {"__properties_version1.0": fixed, **tree}


def _ole_entry(
    name: str, kind: int, start: int, size: int, right: int = _FREE, child: int = _FREE
) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0" if name else b""
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBB3L", len(encoded), kind, 1, _FREE, right, child)
        + bytes(36)
        + struct.pack("<LQ", start, size)
    )


def xls(*texts: str, encrypted: bool = False) -> bytes:
    """Make a BIFF8 workbook with one sheet and one text a row ([MS-XLS] 2.4)."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    start = record(0x0809, struct.pack("<HHHHLL", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6))
    if encrypted:
        start += record(0x002F, bytes(6))
    bound = struct.pack("<LBBBB", 0, 0, 0, 5, 0) + b"Sheet"
    position = len(start) + 4 + len(bound) + 4
    bound = struct.pack("<L", position) + bound[4:]
    sheet = record(0x0809, struct.pack("<HHHHLL", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    for row, text in enumerate(texts):
        label = struct.pack("<HHHHB", row, 0, 0, len(text), 0) + text.encode("latin-1")
        sheet += record(0x0204, label)
    book = start + record(0x0085, bound) + record(0x000A, b"") + sheet + record(0x000A, b"")
    return ole_file(Workbook=book)
