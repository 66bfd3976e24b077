"""The cells of one sheet, and what is printed around them: ECMA-376 part 1, 18.3."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import le
from xml.etree.ElementTree import Element

from worker.parsing.readers.office.package import BadPart, Package, local_name, unescape
from worker.parsing.readers.office.workbook.cell_formats import CellFormats
from worker.parsing.readers.office.workbook.shared_strings import (
    SharedStrings,
    string_text,
)

# Those of first and of even pages are printed only where an attribute says so.
_PAGES = {"first": "differentFirst", "odd": "", "even": "differentOddEven"}
# Cells and rows that have only a style, or a formula whose result is an empty text; people and
# programs fill sheets with them down to the last row.
_BLANK = (
    re.compile(rb"<(?:\w+:)?c(?:\s[^<>]*)?/>"),
    re.compile(rb'<c\s[^<>]*?\bt="str"[^<>]*><f(?:\s[^<>]*)?(?:/>|>[^<]*</f>)<v(?:/>|></v>)</c>'),
    re.compile(rb"<(?:\w+:)?row(?:\s[^<>]*)?(?:/>|>\s*</(?:\w+:)?row>)"),
)
# WPS Office writes this where it shows a picture in a cell.
_PICTURE = "=DISPIMG("
_SECTIONS = re.compile("&[LCR]", re.IGNORECASE)
_PAGE_NUMBER = re.compile("&[PN]", re.IGNORECASE)
_CODE = re.compile(r'&(?:"[^"]*"?|\d{1,3}|K(?:[0-9A-F]{6}|\d\d[+-]\d{3})|.)', re.IGNORECASE)


@dataclass(slots=True)
class Worksheet:
    """What is read of a sheet: lines of cells, headers and footers of printed pages.

    `unstored` counts the formulas without a stored result, which only a spreadsheet program can
    compute, `records` the cells that hold a record or a picture. `is_damaged` tells that the
    sheet's part, or the rest of it, could not be read.
    """

    rows: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    footers: list[str] = field(default_factory=list)
    unstored: int = 0
    records: int = 0
    is_damaged: bool = False


class SheetReader:
    """Reads the sheets of one workbook."""

    def __init__(self, package: Package, strings: SharedStrings, formats: CellFormats) -> None:
        self._package = package
        self._strings = strings
        self._formats = formats

    def read(self, name: str, limit: int) -> Worksheet:
        """Return the sheet in a part; rows end after the one that exceeds `limit` characters."""
        sheet = Worksheet()
        numbers: list[int] = []
        try:
            self._read(name, limit, sheet, numbers)
        except BadPart:
            sheet.is_damaged = True
        sheet.rows = _in_order(sheet.rows, numbers)
        return sheet

    def _read(self, name: str, limit: int, sheet: Worksheet, numbers: list[int]) -> None:
        """Add the rows and their numbers, as they are stored."""
        cells: list[str] = []
        places: list[tuple[int, str]] = []
        for _, element in self._package.elements(name, ("end",), _BLANK):
            kind = element.tag.rpartition("}")[2]
            if kind == "c" and len(element):
                text = " ".join(self._cell(element, sheet).split())
                cells.append(text)
                reference = element.get("r")
                if reference:
                    # Within a row `B7` and `AA7` sort by their columns.
                    places.append((len(reference), reference))
                else:
                    places.append(places[-1] if places else (0, ""))
                # Results of formulas are often empty, down to the end of a sheet.
                limit -= len(text) + 1 if text else 0
                element.clear()
            elif kind == "headerFooter":
                sheet.headers = _printed(element, "Header")
                sheet.footers = _printed(element, "Footer")
            if kind == "row" or limit < 0:
                line = " ".join(filter(None, _in_order(cells, places)))
                if line:
                    sheet.rows.append(line)
                    last = numbers[-1] if numbers else 0
                    numbers.append(_row_number(element, last) if kind == "row" else last)
                if limit < 0:
                    return
                cells, places = [], []
                element.clear()

    def _cell(self, cell: Element, sheet: Worksheet) -> str:
        kind = cell.get("t", "n")
        value, has_formula = "", False
        for child in cell:
            name = local_name(child.tag)
            if name == "is":
                return self._formats.show_text(string_text(child), cell.get("s"))
            if name == "v":
                value = child.text or ""
            elif name == "f":
                has_formula = True
        if (kind == "e" and cell.get("vm")) or value.startswith(_PICTURE):
            # A record or a picture in a cell is stored as an error for older programs.
            sheet.records += 1
            return ""
        if not value:
            # An empty text is a result, too.
            sheet.unstored += has_formula and kind != "str"
            return ""
        return self._show(kind, value, cell)

    def _show(self, kind: str, value: str, cell: Element) -> str:
        if kind == "s":
            text = self._strings.get(int(value)) if value.strip().isdecimal() else ""
            return self._formats.show_text(text, cell.get("s"))
        if kind == "n":
            return self._formats.show(value.strip(), cell.get("s"))
        if kind == "b":
            is_true = value.strip().lower() not in ("0", "false")
            return self._formats.show_truth(is_true, cell.get("s"))
        if kind == "d":
            date, _, time = value.strip().removesuffix("Z").partition("T")
            return f"{date} {time}" if time.strip("0:.") else date
        return value if kind == "e" else self._formats.show_text(unescape(value), cell.get("s"))


def _row_number(row: Element, last: int) -> int:
    """Return the number of a row, and that of the `last` one where it has none."""
    number = row.get("r", "")
    return int(number) if number.isdecimal() else last


def _in_order(texts: list[str], places: Sequence[int] | Sequence[tuple[int, str]]) -> list[str]:
    """Return texts by their places; programs may store cells and rows in any order."""
    if all(map(le, places, places[1:])):
        return texts
    return [texts[number] for number in sorted(range(len(texts)), key=places.__getitem__)]


def _printed(element: Element, kind: str) -> list[str]:
    printed = [
        f"{pages}{kind}"
        for pages, switch in _PAGES.items()
        if not switch or element.get(switch, "").lower() in ("1", "true")
    ]
    return printed_lines(
        each.text or "" for name in printed for each in element if local_name(each.tag) == name
    )


def printed_lines(codes: Iterable[str]) -> list[str]:
    """Return the lines of headers or footers without their codes, each once (18.3.1.46)."""
    return list(dict.fromkeys(line for code in codes for line in _lines(code)))


def _lines(code: str) -> list[str]:
    """Return the lines of a header or footer: of its left, middle and right section.

    Codes of fonts, dates, file and sheet names are left out, and sections that are only a page's
    number.
    """
    lines: list[str] = []
    for section in _SECTIONS.split(code.replace("&&", "\0")):
        text = _CODE.sub("", section).replace("\0", "&")
        # "Page 3" and "Page 3 of 7" are no headers worth reading.
        if len(text.split()) > len(_PAGE_NUMBER.findall(section)):
            lines += filter(None, (" ".join(line.split()) for line in text.splitlines()))
    return lines
