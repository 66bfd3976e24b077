"""The parts of an xlsb, whose records stand for the XML of an xlsx: [MS-XLSB] 2.1.4 and 2.4."""

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from worker.parsing.readers.office.binary_workbook.cells import ERRORS, Rows, boolean, rk_number
from worker.parsing.readers.office.formats.format_codes import BUILT_IN, GENERAL
from worker.parsing.readers.office.package import BadPart, Package
from worker.parsing.readers.office.workbook.cell_formats import CellFormats, symbol_fonts
from worker.parsing.readers.office.workbook.shared_strings import SharedStrings
from worker.parsing.readers.office.workbook.worksheet import Worksheet, printed_lines

_SHEET, _WORKBOOK = 156, 153
_STRING = 19
_FORMAT, _STYLE, _BEGIN_STYLES, _END_STYLES = 44, 47, 617, 618
_ROW, _HEADERS, _COMMENT = 0, 479, 637
# And where its name begins ([MS-XLSB] 2.4.669).
_FONT, _FONT_NAME = 43, 21
# Cells begin with their column, short ones stand beside the cell before them. Their values are
# alike: 2 and 13 hold a number, 7 and 18 the number of a shared string.
_FIRST_CELL, _FIRST_SHORT_CELL, _LAST_SHORT_CELL, _RICH_TEXT = 1, 12, 18, 62
_FROM_1904 = 0x01
_HAS_EVEN, _HAS_FIRST = 0x01, 0x02
_NO_STRING = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet in the list of a workbook, by the id of its relationship."""

    name: str
    relationship: str
    is_hidden: bool


def is_binary(part: str) -> bool:
    """Tell a part of records from one of XML."""
    return part.endswith(".bin")


def list_sheets(package: Package, part: str) -> tuple[list[SheetEntry], bool]:
    """Return the sheets of a workbook, and whether its days count from 1904. Raises BadPart."""
    sheets: list[SheetEntry] = []
    from_1904 = False
    for kind, body in _records(package.read(part)):
        if kind == _WORKBOOK:
            from_1904 = bool(body[0] & _FROM_1904) if body else False
        elif kind == _SHEET:
            relationship, at = _wide_string(body, 8)
            name, _ = _wide_string(body, at)
            sheets.append(SheetEntry(name.strip(), relationship, body[:4] != bytes(4)))
    return sheets, from_1904


def read_formats(package: Package, part: str, *, from_1904: bool) -> CellFormats:
    """Return the formats of cells by their styles. Raises BadPart."""
    formats = dict(BUILT_IN)
    codes: list[str] = []
    fonts: list[str] = []
    numbers: list[int] = []
    is_cell_style = False
    for kind, body in _records(package.read(part)):
        if kind == _FORMAT:
            formats[int.from_bytes(body[:2], "little")] = _wide_string(body, 2)[0]
        elif kind == _FONT:
            fonts.append(_wide_string(body, _FONT_NAME)[0])
        elif kind in (_BEGIN_STYLES, _END_STYLES):
            is_cell_style = kind == _BEGIN_STYLES
        elif kind == _STYLE and is_cell_style:
            code = formats.get(int.from_bytes(body[2:4], "little"), GENERAL)
            codes.append(GENERAL if code.lower() == GENERAL else code)
            numbers.append(int.from_bytes(body[4:6], "little"))
    return CellFormats(codes, from_1904, symbol_fonts(fonts, numbers))


def read_strings(package: Package, part: str) -> Iterator[str]:
    """Yield the shared strings. Raises BadPart."""
    for kind, body in _records(package.read(part)):
        if kind == _STRING:
            yield _wide_string(body, 1)[0]


def read_comments(package: Package, part: str) -> list[str]:
    """Return the texts of the comments on a sheet. Raises BadPart."""
    found = (
        _wide_string(body, 1)[0] for kind, body in _records(package.read(part)) if kind == _COMMENT
    )
    return [text.strip() for text in found if text.strip()]


class BinarySheetReader:
    """Reads the sheets of one workbook."""

    def __init__(self, package: Package, strings: SharedStrings, formats: CellFormats) -> None:
        self._package = package
        self._strings = strings
        self._formats = formats
        number, text = self._number, self._formats.show_text
        self._values: Mapping[int, Callable[[bytes, int], str]] = {
            2: lambda value, style: number(rk_number(int.from_bytes(value[:4], "little")), style),
            3: lambda value, _: ERRORS.get(value[0], ""),
            4: lambda value, _: boolean(value[0]),
            5: lambda value, style: number(struct.unpack_from("<d", value)[0], style),
            6: lambda value, style: text(_wide_string(value, 0)[0], style),
            7: lambda value, style: text(
                self._strings.get(int.from_bytes(value[:4], "little")), style
            ),
            8: lambda value, style: text(_wide_string(value, 0)[0], style),
            9: lambda value, style: number(struct.unpack_from("<d", value)[0], style),
            10: lambda value, _: boolean(value[0]),
            11: lambda value, _: ERRORS.get(value[0], ""),
            _RICH_TEXT: lambda value, style: text(_wide_string(value, 1)[0], style),
        }

    def read(self, name: str, limit: int) -> Worksheet:
        """Return the sheet in a part; rows end after the one that exceeds `limit` characters."""
        sheet = Worksheet()
        rows = Rows(limit)
        try:
            self._read(name, rows, sheet)
        except (BadPart, struct.error, IndexError):
            sheet.is_damaged = True
        sheet.rows = rows.lines()
        return sheet

    def _read(self, name: str, rows: Rows, sheet: Worksheet) -> None:
        row = column = 0
        is_full = False
        for kind, body in _records(self._package.read(name)):
            if kind == _ROW:
                (row,) = struct.unpack_from("<L", body)
            elif kind == _HEADERS:
                sheet.headers, sheet.footers = _printed(body)
            elif kind == _RICH_TEXT or _FIRST_CELL <= kind <= _LAST_SHORT_CELL:
                value, column, cell = _place(kind, body, column)
                if value in self._values and not is_full:
                    (style,) = struct.unpack_from("<L", cell)
                    text = self._values[value](cell[4:], style & 0xFFFFFF)
                    is_full = not rows.add(row, column, text)

    def _number(self, number: float, style: int) -> str:
        return self._formats.show_number(number, style)


def _place(kind: int, body: bytes, last: int) -> tuple[int, int, bytes]:
    """Return the kind of a cell's value, its column, and the cell from its style on.

    `last` is the column of the cell before it.
    """
    if _FIRST_SHORT_CELL <= kind <= _LAST_SHORT_CELL:
        return kind - _FIRST_SHORT_CELL + _FIRST_CELL, last + 1, body
    return kind, int(struct.unpack_from("<L", body)[0]), body[4:]


def _printed(body: bytes) -> tuple[list[str], list[str]]:
    """Return the lines of headers and footers: of odd, even and first pages (2.4.59)."""
    texts: list[str] = []
    at = 2
    for _ in range(6):
        text, at = _wide_string(body, at)
        texts.append(text)
    odd_header, odd_footer, even_header, even_footer, first_header, first_footer = texts
    flags = body[0]
    first = (first_header, first_footer) if flags & _HAS_FIRST else ("", "")
    even = (even_header, even_footer) if flags & _HAS_EVEN else ("", "")
    return (
        printed_lines((first[0], odd_header, even[0])),
        printed_lines((first[1], odd_footer, even[1])),
    )


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a part: kinds and sizes have seven bits in each byte (2.1.4)."""
    at = 0
    while at < len(data):
        kind = data[at]
        at += 1
        if kind & 0x80 and at < len(data):
            kind = kind & 0x7F | (data[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        for _ in range(4):
            if at >= len(data):
                return
            size |= (data[at] & 0x7F) << shift
            shift += 7
            at += 1
            if not data[at - 1] & 0x80:
                break
        yield kind, data[at : at + size]
        at += size


def _wide_string(body: bytes, at: int) -> tuple[str, int]:
    """Return a string with its length in four bytes, and the position after it (2.5.168)."""
    count = int.from_bytes(body[at : at + 4], "little")
    at += 4
    if count == _NO_STRING:
        return "", at
    end = min(len(body), at + 2 * count)
    return body[at:end].decode("utf-16-le", "replace"), end
