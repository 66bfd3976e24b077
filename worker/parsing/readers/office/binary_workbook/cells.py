"""The values of cells in an xls ([MS-XLS] 2.4) and the lines that they make."""

import struct
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

from worker.parsing.readers.office.binary_workbook.records import Record, long_string
from worker.parsing.readers.office.workbook.cell_formats import CellFormats

_LABEL_SHARED, _LABEL, _RICH_LABEL = 0x00FD, 0x0204, 0x00D6
_NUMBER, _RK, _MULTIPLE_RK = 0x0203, 0x027E, 0x00BD
_FORMULA, _FORMULA_STRING, _BOOLEAN = 0x0006, 0x0207, 0x0205
_BOOLEAN_RESULT, _ERROR_RESULT = 1, 2

ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
"""The texts of errors by their codes (2.5.10)."""


class Rows:
    """Collects cells, in whatever order they are stored, up to a number of characters."""

    def __init__(self, limit: int) -> None:
        self._cells: defaultdict[int, dict[int, str]] = defaultdict(dict)
        self._room = limit

    def add(self, row: int, column: int, text: str) -> bool:
        """Add a cell; False if there is no room for another one."""
        text = " ".join(text.split())
        if text:
            self._cells[row][column] = text
            self._room -= len(text) + 1
        return self._room >= 0

    def lines(self) -> list[str]:
        """Return a line for each row with text."""
        return [
            " ".join(cells[column] for column in sorted(cells))
            for _, cells in sorted(self._cells.items())
        ]


def rk_number(code: int) -> float:
    """Return a number that is stored in 30 bits (2.5.122)."""
    if code & 0x02:
        number = float((code >> 2) - ((code & 0x80000000) >> 1))
    else:
        (number,) = struct.unpack("<d", struct.pack("<Q", (code & 0xFFFFFFFC) << 32))
    return number / 100 if code & 0x01 else number


def boolean(code: int) -> str:
    """Return the text of a truth value."""
    return "TRUE" if code else "FALSE"


class CellReader:
    """Reads the cells of the sheets of one workbook.

    `strings` are the shared strings. `decode` returns a text of Excel 5 and 95, whose strings are
    bytes in the code page of the workbook; None for later ones.
    """

    def __init__(
        self, formats: CellFormats, strings: list[str], decode: Callable[[bytes], str] | None
    ) -> None:
        self._formats = formats
        self._strings = strings
        self._decode = decode
        self._readers: Mapping[int, Callable[[bytes], Iterator[tuple[int, str]]]] = {
            _LABEL_SHARED: self._shared,
            _LABEL: self._label,
            _RICH_LABEL: self._label,
            _NUMBER: self._number,
            _RK: self._rk,
            _MULTIPLE_RK: self._multiple_rk,
            _FORMULA: self._formula,
            _BOOLEAN: self._boolean,
        }

    def read(self, records: Iterator[Record], rows: Rows) -> None:
        """Add the cells of a sheet to rows, as far as there is room.

        Raises struct.error on damage.
        """
        place = (0, 0, 0)
        for record in records:
            if record.kind == _FORMULA_STRING:
                row, column, style = place
                rows.add(row, column, self._formats.show_text(self._text(record.body), style))
                continue
            read = self._readers.get(record.kind)
            if read is None:
                continue
            place = struct.unpack_from("<3H", record.body)
            if not all(rows.add(place[0], column, text) for column, text in read(record.body)):
                return

    def _shared(self, body: bytes) -> Iterator[tuple[int, str]]:
        column, style, number = struct.unpack_from("<2xHHL", body)
        text = self._strings[number] if number < len(self._strings) else ""
        yield column, self._formats.show_text(text, style)

    def _label(self, body: bytes) -> Iterator[tuple[int, str]]:
        column, style = struct.unpack_from("<2xHH", body)
        yield column, self._formats.show_text(self._text(body[6:]), style)

    def _number(self, body: bytes) -> Iterator[tuple[int, str]]:
        column, style, number = struct.unpack_from("<2xHHd", body)
        yield column, self._formats.show_number(number, style)

    def _rk(self, body: bytes) -> Iterator[tuple[int, str]]:
        column, style, code = struct.unpack_from("<2xHHL", body)
        yield column, self._formats.show_number(rk_number(code), style)

    def _multiple_rk(self, body: bytes) -> Iterator[tuple[int, str]]:
        (first,) = struct.unpack_from("<2xH", body)
        for number in range((len(body) - 6) // 6):
            style, code = struct.unpack_from("<HL", body, 4 + 6 * number)
            yield first + number, self._formats.show_number(rk_number(code), style)

    def _formula(self, body: bytes) -> Iterator[tuple[int, str]]:
        """Yield the result; a string follows in a record of its own."""
        column, style, result = struct.unpack_from("<2xHH8s", body)
        if result[6:] != b"\xff\xff":
            (number,) = struct.unpack("<d", result)
            yield column, self._formats.show_number(number, style)
        elif result[0] == _BOOLEAN_RESULT:
            yield column, boolean(result[2])
        elif result[0] == _ERROR_RESULT:
            yield column, ERRORS.get(result[2], "")

    def _boolean(self, body: bytes) -> Iterator[tuple[int, str]]:
        column, code, is_error = struct.unpack_from("<2xH2xBB", body)
        yield column, ERRORS.get(code, "") if is_error else boolean(code)

    def _text(self, body: bytes) -> str:
        if self._decode is None:
            return long_string(body)
        return self._decode(body[2 : 2 + int.from_bytes(body[:2], "little")])
