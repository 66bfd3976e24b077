"""A workbook of binary records ([MS-XLSB]) with a marker in each place."""

import struct

from devtools.marked.document import MarkedDocument, Marks
from devtools.marked.open_xml import Part, chart, package
from devtools.marked.sheets import drawing, drawn_shapes

_MAIN = "xl/workbook.bin"
_KIND = "application/vnd.ms-excel."
_ROW, _NUMBER, _INLINE, _SHARED, _FORMULA_TEXT = 0, 5, 6, 7, 8
_HEADERS, _COMMENT_TEXT = 479, 637
_CUSTOM_FORMAT = 164


def marked_xlsb() -> MarkedDocument:
    """Return a workbook of two sheets."""
    marks = Marks()
    cells = (
        _row(0)
        + _cell(_SHARED, 0, struct.pack("<L", 0))
        + _cell(_INLINE, 1, _text(marks("text in the cell")))
        + _cell(_NUMBER, 2, struct.pack("<d", 7), style=1)
        + _cell(_FORMULA_TEXT, 3, _text(marks("formula result")) + bytes(10))
        + _row(60_000)
        + _cell(_INLINE, 200, _text(marks("far cell")))
    )
    printed = (f"&L{marks('header')}", f"&C{marks('footer')}")
    headers = _record(_HEADERS, bytes(2) + b"".join(map(_text, printed)) + b"\xff" * 16)
    sheets = (
        (marks("sheet name"), _sheet(cells) + headers),
        ("Two", _sheet(_row(0) + _cell(_INLINE, 0, _text(marks("second sheet"))))),
    )
    listed = b"".join(
        _record(156, struct.pack("<LL", 0, number) + _text(f"r{number}") + _text(name))
        for number, (name, _) in enumerate(sheets, 1)
    )
    links = {f"r{number}": ("worksheet", f"worksheets/sheet{number}.bin") for number in (1, 2)}
    links |= {"st": ("styles", "styles.bin"), "ss": ("sharedStrings", "sharedStrings.bin")}
    first_links = {
        "c": ("comments", "../comments1.bin"),
        "d": ("drawing", "../drawings/drawing1.xml"),
    }
    comments = _record(628) + _record(_COMMENT_TEXT, b"\0" + _text(marks("comment")))
    strings = _record(159, struct.pack("<LL", 1, 1)) + _record(
        19, b"\0" + _text(marks("shared string"))
    )
    data = package(
        _MAIN,
        Part(
            _MAIN,
            f"{_KIND}sheet.binary.macroEnabled.main",
            _record(131) + _record(143) + listed + _record(144),
            links,
        ),
        Part("xl/styles.bin", f"{_KIND}styles", _styles(f'0 "{marks("format of a number")}"')),
        Part("xl/sharedStrings.bin", f"{_KIND}sharedStrings", strings + _record(160)),
        Part("xl/worksheets/sheet1.bin", f"{_KIND}worksheet", sheets[0][1], first_links),
        Part("xl/worksheets/sheet2.bin", f"{_KIND}worksheet", sheets[1][1]),
        Part("xl/comments1.bin", f"{_KIND}comments", comments),
        drawing("1", drawn_shapes(marks)),
        chart("xl/charts/chart1.xml", marks),
    )
    return MarkedDocument("xlsb", data, marks)


def _record(kind: int, body: bytes = b"") -> bytes:
    """Return a record (2.1.4): its type and its size, seven bits a byte."""
    return _number(kind) + _number(len(body)) + body


def _number(value: int) -> bytes:
    return bytes([value]) if value < 128 else bytes([value & 0x7F | 0x80, value >> 7])


def _text(text: str) -> bytes:
    return struct.pack("<L", len(text)) + text.encode("utf-16-le")


def _sheet(cells: bytes) -> bytes:
    return _record(129) + _record(145) + cells + _record(146)


def _row(number: int) -> bytes:
    return _record(_ROW, struct.pack("<LLHHBL", number, 0, 300, 0, 0, 0))


def _cell(kind: int, column: int, value: bytes, style: int = 0) -> bytes:
    return _record(kind, struct.pack("<LL", column, style) + value)


def _styles(code: str) -> bytes:
    """Return the formats (2.1.7.50): the general one, and one with a code of its own."""
    formats = _record(615, struct.pack("<L", 1)) + _record(
        44, struct.pack("<H", _CUSTOM_FORMAT) + _text(code)
    )
    styles = b"".join(
        _record(47, struct.pack("<HH12x", 0, number)) for number in (0, _CUSTOM_FORMAT)
    )
    return (
        _record(278)
        + formats
        + _record(616)
        + _record(617, struct.pack("<L", 2))
        + styles
        + _record(618)
    )
