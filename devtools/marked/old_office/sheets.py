"""A workbook of Excel 97 ([MS-XLS], drawings by [MS-ODRAW]) with a marker in each place."""

import struct
from collections.abc import Sequence

from devtools.compound_file import compound_file
from devtools.marked.document import MarkedDocument, Marks
from devtools.marked.old_office.drawing import atom, container, container_head, group_shape

_BOF, _EOF, _BOUND_SHEET, _SHARED = 0x0809, 0x000A, 0x0085, 0x00FC
_LABEL_SHARED, _LABEL, _FORMULA, _STRING = 0x00FD, 0x0204, 0x0006, 0x0207
_HEADER, _FOOTER, _CALCULATION_MODE = 0x0014, 0x0015, 0x000D
_DRAWING_GROUP, _DRAWING, _OBJECT, _TEXT, _CONTINUE, _NOTE = 0xEB, 0xEC, 0x5D, 0x1B6, 0x3C, 0x1C
_FORMAT, _CELL_FORMAT, _NUMBER = 0x041E, 0x00E0, 0x0203
_CUSTOM_FORMAT = 164
_NOTE_OBJECT, _TEXT_BOX = 0x19, 0x06
_TEXT_BOX_SHAPE = 202


def marked_xls() -> MarkedDocument:
    """Return an xls of two sheets."""
    marks = Marks()
    first = (
        _record(_HEADER, _text16(f"&L{marks('header')}"))
        + _record(_FOOTER, _text16(f"&C{marks('footer')}"))
        + _record(_LABEL_SHARED, struct.pack("<HHHL", 0, 0, 15, 0))
        + _record(_LABEL, struct.pack("<HHH", 0, 1, 15) + _text16(marks("label")))
        + _formula(marks("formula result"))
        + _record(_NUMBER, struct.pack("<HHHd", 0, 3, 0, 7))
        + _record(_LABEL, struct.pack("<HHH", 60000, 200, 15) + _text16(marks("far cell")))
        + _drawings(marks)
        + _record(_NOTE, struct.pack("<HHHH", 0, 0, 0, 1) + _text16("Ann") + b"\0")
    )
    second = _record(_LABEL, struct.pack("<HHH", 0, 0, 15) + _text16(marks("second sheet")))
    sheets = ((marks("sheet name"), first), ("Two", second))
    code = f'0 "{marks("format of a number")}"'
    book = _workbook(sheets, shared=marks("shared string"), code=code)
    return MarkedDocument("xls", compound_file({"Workbook": book}), marks)


def _workbook(sheets: Sequence[tuple[str, bytes]], shared: str, code: str) -> bytes:
    """Return the stream of a workbook (2.1.7.20): its globals, then each sheet.

    `code` is that of the first format of cells.
    """
    formats = _record(_FORMAT, struct.pack("<H", _CUSTOM_FORMAT) + _text16(code))
    formats += _record(_CELL_FORMAT, struct.pack("<HH16x", 0, _CUSTOM_FORMAT))
    formats += _record(_CELL_FORMAT, bytes(20)) * 15
    strings = _record(_SHARED, struct.pack("<LL", 1, 1) + _text16(shared))
    group = _record(_DRAWING_GROUP, container(0xF000, atom(0xF006, _GROUP_HEAD)))
    begin = _bof(0x0010) + _record(_CALCULATION_MODE, struct.pack("<H", 1))
    streams = [begin + content + _record(_EOF) for _, content in sheets]
    names = [name for name, _ in sheets]
    length = len(_bof(5)) + len(formats) + sum(len(_bound_sheet(0, name)) for name in names)
    position = length + len(strings) + len(group) + len(_record(_EOF))
    bounds = b""
    for name, stream in zip(names, streams, strict=True):
        bounds += _bound_sheet(position, name)
        position += len(stream)
    return _bof(5) + formats + bounds + group + strings + _record(_EOF) + b"".join(streams)


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _bof(kind: int) -> bytes:
    return _record(_BOF, struct.pack("<HHHHLL", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def _bound_sheet(position: int, name: str) -> bytes:
    return _record(
        _BOUND_SHEET, struct.pack("<LBBBB", position, 0, 0, len(name), 0) + name.encode()
    )


def _text16(text: str) -> bytes:
    """Return a string with a length of two bytes (2.5.294)."""
    return struct.pack("<HB", len(text), 0) + text.encode("latin-1")


def _formula(result: str) -> bytes:
    """Return a formula that joins two texts (2.4.127), and its result (2.4.268)."""
    parts = (result[:4], result[4:])
    tokens = b"".join(struct.pack("<BBB", 0x17, len(part), 0) + part.encode() for part in parts)
    tokens += b"\x08"
    head = struct.pack("<HHH8sHLH", 0, 2, 15, b"\0\0\0\0\0\0\xff\xff", 0, 0, len(tokens))
    return _record(_FORMULA, head + tokens) + _record(_STRING, _text16(result))


# Of all drawings: 3 shapes in one drawing ([MS-ODRAW] 2.2.48).
_GROUP_HEAD = struct.pack("<4L2L", 1027, 2, 3, 1, 1, 3)


def _drawings(marks: Marks) -> bytes:
    """Return a note and a text box: their shapes, objects and texts."""
    shapes = [_shape(1025, column=1), _shape(1026, column=4)]
    text_box = atom(0xF00D, b"")
    root = group_shape(1024)
    # The lengths count what the records between the parts hold.
    inside = b"".join(shape + text_box for shape in shapes)
    spgr = container_head(0xF003, len(root) + len(inside)) + root
    drawing = atom(0xF008, struct.pack("<LL", 3, 1026), instance=1)
    start = container_head(0xF002, len(drawing) + len(spgr) + len(inside)) + drawing + spgr
    records = b""
    kinds = ((_NOTE_OBJECT, marks("comment")), (_TEXT_BOX, marks("text box")))
    for number, ((kind, text), shape) in enumerate(zip(kinds, shapes, strict=True), 1):
        records += _record(_DRAWING, (start if number == 1 else b"") + shape)
        records += _record(_OBJECT, _object(kind, number))
        records += _record(_DRAWING, text_box)
        records += _record(_TEXT, struct.pack("<HH6xHH4x", 0x0212, 0, len(text), 16))
        records += _record(_CONTINUE, b"\0" + text.encode())
        records += _record(_CONTINUE, struct.pack("<HHLHHL", 0, 0, 0, len(text), 0, 0))
    return records


def _object(kind: int, number: int) -> bytes:
    """Return an object (2.4.181): its common part, that of notes, and the end."""
    common = struct.pack("<5H12x", 0x15, 18, kind, number, 0x4011)
    note = struct.pack("<HH22x", 0x0D, 22) if kind == _NOTE_OBJECT else b""
    return common + note + bytes(4)


def _shape(number: int, column: int) -> bytes:
    """Return a shape without the length of its text box, which another record has."""
    sp = atom(0xF00A, struct.pack("<LL", number, 0x0A00), 2, _TEXT_BOX_SHAPE)
    anchor = atom(0xF010, struct.pack("<9H", 0, column, 0, 1, 0, column + 2, 0, 5, 0))
    body = sp + anchor + atom(0xF011, b"")
    return container_head(0xF004, len(body) + 8) + body
