"""Reads the sheets of an xls of Excel 5 to 2003: [MS-XLS] 2.1.7.20."""

import codecs
import struct
from dataclasses import dataclass, field
from itertools import pairwise

from olefile import OleFileIO

from worker.parsing.readers.office.binary_workbook.cells import CellReader, Rows
from worker.parsing.readers.office.binary_workbook.drawn_texts import drawn_texts
from worker.parsing.readers.office.binary_workbook.records import (
    BIFF5,
    BIFF8,
    BOF,
    CONTINUE,
    SHEET,
    BadWorkbook,
    Record,
    characters,
    long_string,
    records,
    shared_strings,
)
from worker.parsing.readers.office.formats.format_codes import BUILT_IN, GENERAL
from worker.parsing.readers.office.workbook.cell_formats import CellFormats, symbol_fonts

_CODE_PAGE, _DATE_MODE, _FORMAT, _XF, _SST = 0x0042, 0x0022, 0x041E, 0x00E0, 0x00FC
# And where its name begins ([MS-XLS] 2.4.122).
_FONT, _FONT_NAME = 0x0031, 14
# Hidden, or so that only a program can show it.
_HIDDEN = 0x03
_VISUAL_BASIC = 6
# The drawings of the workbook ([MS-XLS] 2.4.171), and the kind of a picture ([MS-ODRAW] 2.2.32).
_DRAWINGS, _PICTURE = 0x00EB, b"\x07\xf0"
_ONLY_SHEET = 0x0010
_MAX_DRAWN_CHARACTERS = 1 << 20
# Code pages that Python knows by another name.
_CODE_PAGES = {10000: "mac_roman", 32768: "mac_roman", 32769: "cp1252", 1200: "utf-16-le"}


@dataclass(slots=True)
class Sheet:
    """A sheet: its rows, and the texts that are in none of its cells.

    `is_cut` tells that the rows end where the sheet is damaged, `has_pictures` that there are
    pictures in the workbook.
    """

    name: str
    is_hidden: bool = False
    rows: list[str] = field(default_factory=list)
    drawn: list[str] = field(default_factory=list)
    is_cut: bool = False
    has_pictures: bool = False

    @property
    def text(self) -> str:
        """The name, the rows, and the other texts that the rows do not contain."""
        shown = "\n".join((self.name, *self.rows) if self.name else self.rows)
        return "\n".join((shown, *(text for text in self.drawn if text not in shown)))


def read_sheets(ole: OleFileIO, limit: int) -> list[Sheet]:
    """Return the sheets of a workbook; rows end after the one that exceeds `limit` characters.

    Raises BadWorkbook if it is damaged, or older than Excel 5.
    """
    try:
        name = next((each for each in ("Workbook", "Book") if ole.exists(each)), "Workbook")
        return read_stream(ole.openstream(name).read(), limit)
    except (OSError, ValueError, IndexError, TypeError) as error:
        raise BadWorkbook(str(error)) from error


def read_stream(book: bytes, limit: int) -> list[Sheet]:
    """Return the sheets of a stream, which programs on web servers save alone, as `read_sheets`.

    Raises BadWorkbook.
    """
    try:
        return _Workbook(book).read(limit)
    except (struct.error, ValueError, IndexError, TypeError) as error:
        raise BadWorkbook(str(error)) from error


class _Workbook:
    def __init__(self, book: bytes) -> None:
        self._book = book
        self._version = BIFF8
        self._code_page = 1252
        self._from_1904 = False
        self._formats: dict[int, str] = dict(BUILT_IN)
        self._styles: list[int] = []
        self._fonts: list[str] = []
        self._font_numbers: list[int] = []
        self._strings: list[str] = []
        self._sheets: dict[int, Sheet] = {}
        self._has_pictures = False
        self._read_globals()

    def read(self, limit: int) -> list[Sheet]:
        codes = [self._code(number) for number in self._styles]
        decode = None if self._version == BIFF8 else self._decode
        # No font has the number 4 (2.5.129).
        fonts = [*self._fonts[:4], "", *self._fonts[4:]]
        formats = CellFormats(codes, self._from_1904, symbol_fonts(fonts, self._font_numbers))
        reader = CellReader(formats, self._strings, decode)
        room = _MAX_DRAWN_CHARACTERS
        # No sheet reaches into the next, so each record is looked at once.
        for start, end in pairwise((*sorted(self._sheets), len(self._book))):
            sheet = self._sheets[start]
            sheet.has_pictures = self._has_pictures
            rows = Rows(limit)
            try:
                reader.read(records(self._book, start, end), rows)
                if self._version == BIFF8 and room > 0:
                    sheet.drawn = drawn_texts(self._book, start, end)
            except (struct.error, IndexError):
                sheet.is_cut = True
            sheet.rows = rows.lines()
            room -= sum(map(len, sheet.drawn))
        return list(self._sheets.values())

    def _read_globals(self) -> None:
        pieces: list[bytes] = []
        goes_on = False
        for record in records(self._book, 0, len(self._book)):
            self._has_pictures |= record.kind == _DRAWINGS and _PICTURE in record.body
            goes_on = record.kind == _SST or (goes_on and record.kind == CONTINUE)
            if goes_on:
                pieces.append(record.body)
            else:
                self._read_global(record)
        if not self._sheets:
            raise BadWorkbook("no sheets")
        if pieces:
            self._strings = shared_strings(pieces)

    def _read_global(self, record: Record) -> None:
        kind, body, at = record
        if kind == BOF and at == 0:
            version, content = struct.unpack_from("<2H", body)
            # Programs that write a sheet alone leave out its version.
            self._version = version or BIFF5
            if content == _ONLY_SHEET:
                self._sheets[0] = Sheet("")
            if self._version not in (BIFF5, BIFF8):
                raise BadWorkbook("an old version")
        elif kind == _CODE_PAGE:
            (self._code_page,) = struct.unpack_from("<H", body)
        elif kind == _DATE_MODE:
            self._from_1904 = any(body[:2])
        elif kind == _FORMAT:
            (number,) = struct.unpack_from("<H", body)
            self._formats[number] = self._name(body[2:], 2)
        elif kind in (_XF, _FONT):
            self._add_style(kind, body)
        elif kind == SHEET:
            start, is_hidden, content = struct.unpack_from("<LBB", body)
            if content != _VISUAL_BASIC:
                sheet = Sheet(self._name(body[6:], 1), bool(is_hidden & _HIDDEN))
                self._sheets.setdefault(start, sheet)

    def _add_style(self, kind: int, body: bytes) -> None:
        if kind == _XF:
            font, code = struct.unpack_from("<2H", body)
            self._font_numbers.append(font)
            self._styles.append(code)
        else:
            name = body[_FONT_NAME:]
            self._fonts.append(self._name(name, 1) if len(name) > 1 else "")

    def _name(self, body: bytes, width: int) -> str:
        """Return a string with a length of one or two bytes; in Excel 5 of one."""
        if self._version != BIFF8:
            return self._decode(body[1 : 1 + body[0]])
        if width == 2:
            return long_string(body)
        return characters(body[2:], body[1], body[0])

    def _code(self, number: int) -> str:
        code = self._formats.get(number, GENERAL)
        return GENERAL if code.lower() == GENERAL else code

    def _decode(self, text: bytes) -> str:
        name = _CODE_PAGES.get(self._code_page, f"cp{self._code_page}")
        try:
            codecs.lookup(name)
        except LookupError:
            name = "cp1252"
        return text.decode(name, "replace")
