"""Reads workbooks in the XML that Excel 2002 and 2003 wrote (SpreadsheetML 2003).

Programs still export it, mostly with the ending .xls. Schema: Office 2003 XML Reference Schemas,
`urn:schemas-microsoft-com:office:spreadsheet`.
"""

import re
from datetime import UTC, datetime
from xml.parsers import expat

from worker.parsing.readers.office.formats.number_format import format_number, format_text

_NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_WORKBOOK = re.compile(rb"<(?:\w+:)?Workbook\b")
_CHUNK = 1 << 16
_MAX_CHARACTERS = 4 << 20
# A comment holds another Data.
_TEXTS = frozenset({"Data", "Comment"})
_SPACE = re.compile(r"\s+")
_STYLE, _FORMAT, _TYPE = (f"{_NAMESPACE}}}{name}" for name in ("StyleID", "Format", "Type"))
_ID, _PARENT = f"{_NAMESPACE}}}ID", f"{_NAMESPACE}}}Parent"
# Formats that a file names; those of dates depend on the reader's language, as in an xlsx.
_NAMED = {
    "General Date": "yyyy-mm-dd h:mm",
    **dict.fromkeys(("Short Date", "Long Date"), "yyyy-mm-dd"),
    "Medium Date": "d-mmm-yy",
    "Long Time": "h:mm:ss",
    "Medium Time": "h:mm AM/PM",
    "Short Time": "h:mm",
    **dict.fromkeys(("Currency", "Standard"), "#,##0.00"),
    "Euro Currency": "#,##0.00 [$€]",
    "Fixed": "0.00",
    "Percent": "0.00%",
    "Scientific": "0.00E+00",
    "Yes/No": '"Yes";"Yes";"No"',
    "True/False": '"True";"True";"False"',
    "On/Off": '"On";"On";"Off"',
}
_FIRST_DAY = datetime(1899, 12, 30, tzinfo=UTC)
_SECONDS_A_DAY = 86_400
# &D, &P and &"Arial,Bold" in headers are fields and fonts.
_HEADER_CODE = re.compile(r'&(?:"[^"]*"|\d+|.)')


def is_spreadsheet(head: bytes) -> bool:
    """Tell whether XML is a workbook by the beginning of the file, without the NULs of UTF-16."""
    return _NAMESPACE.encode() in head and _WORKBOOK.search(head) is not None


def read_sheets(markup: str) -> tuple[list[str], list[str]]:
    """Return the text of each visible sheet, its name and a line for each row, and what is lost.

    All sheets count where all are hidden. Where the markup is damaged, the rest is lost; where it
    declares entities, which could grow without end, there are no sheets.
    """
    workbook = _Workbook()
    lost = []
    parser = expat.ParserCreate("utf-8", namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = workbook.start
    parser.EndElementHandler = workbook.end
    parser.CharacterDataHandler = workbook.add
    parser.EntityDeclHandler = workbook.refuse
    data = markup.encode()
    try:
        for at in range(0, len(data), _CHUNK):
            parser.Parse(data[at : at + _CHUNK], at + _CHUNK >= len(data))
            if workbook.characters > _MAX_CHARACTERS:
                break
    except _Entities:
        return [], []
    except expat.ExpatError:
        lost.append("the workbook is damaged: only its beginning was read")
        workbook.end_sheet()
    return workbook.pages(), lost


class _Entities(Exception):
    """The markup declares entities."""


class _Workbook:
    """Collects the sheets while expat parses the XML."""

    def __init__(self) -> None:
        self.characters = 0
        self._sheets: list[tuple[str, bool]] = []
        self._lines: list[str] = []
        self._cells: list[str] = []
        self._pieces: list[str] = []
        self._capturing = 0
        self._is_hidden = False
        self._in_visible = False
        self._formats: dict[str, str] = {}
        self._defined = ""
        self._row_style = ""
        self._style = ""
        self._type = ""

    def pages(self) -> list[str]:
        visible = [text for text, is_hidden in self._sheets if not is_hidden]
        return visible or [text for text, _ in self._sheets]

    def refuse(self, *_: object) -> None:
        raise _Entities

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition("}")[2]
        if local == "Worksheet":
            self._lines = [attributes.get(f"{_NAMESPACE}}}Name", "")]
            self._is_hidden = False
        elif local == "Style":
            self._defined = attributes.get(_ID, "")
            self._formats[self._defined] = self._formats.get(attributes.get(_PARENT, ""), "")
        elif local == "NumberFormat":
            self._formats[self._defined] = attributes.get(_FORMAT, "")
        elif local == "Row":
            self._cells = []
            self._row_style = attributes.get(_STYLE, "Default")
        elif local == "Cell":
            self._style = attributes.get(_STYLE, self._row_style)
        elif local == "Visible":
            self._in_visible = True
        elif local in ("Header", "Footer"):
            text = next((attributes[key] for key in attributes if key.endswith("Data")), "")
            self._lines.append(_HEADER_CODE.sub(" ", text))
        elif local in _TEXTS:
            self._capturing += 1
            self._type = attributes.get(_TYPE, "") if local == "Data" else ""

    def add(self, text: str) -> None:
        if self._in_visible:
            self._is_hidden = self._is_hidden or "Hidden" in text
        if self._capturing:
            self._pieces.append(text)
            self.characters += len(text)

    def end(self, name: str) -> None:
        local = name.rpartition("}")[2]
        if local in _TEXTS and self._capturing:
            self._capturing -= 1
            if not self._capturing:
                text = _SPACE.sub(" ", "".join(self._pieces)).strip()
                code = self._formats.get(self._style, "")
                self._cells.append(_show(text, self._type, _NAMED.get(code, code)))
                self._pieces = []
        elif local == "Row":
            self._lines.append(" ".join(filter(None, self._cells)))
            self._cells = []
        elif local == "Visible":
            self._in_visible = False
        elif local == "Worksheet":
            self.end_sheet()

    def end_sheet(self) -> None:
        """Keep the sheet that was read last, if it has text."""
        lines = [line.strip() for line in (*self._lines, " ".join(self._cells))]
        text = "\n".join(filter(None, lines))
        if text:
            self._sheets.append((text, self._is_hidden))
        self._lines, self._cells, self._pieces = [], [], []


def _show(text: str, kind: str, code: str) -> str:
    """Return a value of a type as a cell with a format code shows it."""
    try:
        if kind == "Number":
            return format_number(float(text), code)
        if kind == "DateTime":
            return _show_date(datetime.fromisoformat(text).replace(tzinfo=UTC), code)
    except (ValueError, ArithmeticError):
        return text
    if kind == "Boolean":
        return "FALSE" if text == "0" else "TRUE"
    return format_text(text, code) if kind == "String" else text


def _show_date(date: datetime, code: str) -> str:
    if not code or code == "General":
        return f"{date:%Y-%m-%d %H:%M:%S}".removesuffix(" 00:00:00")
    return format_number((date - _FIRST_DAY).total_seconds() / _SECONDS_A_DAY, code)
