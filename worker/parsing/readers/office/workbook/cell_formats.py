"""The formats of a workbook's cells: ECMA-376 part 1, 18.8 (styles)."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from worker.parsing.readers.field_codes import CHECKED, UNCHECKED
from worker.parsing.readers.fonts.symbol_fonts import is_symbol_font, show_in_font
from worker.parsing.readers.office.formats.format_codes import BUILT_IN, GENERAL
from worker.parsing.readers.office.formats.number_format import (
    format_number,
    format_text,
    shortest,
)
from worker.parsing.readers.office.package import Package, local_name

_SHORT_INTEGER = re.compile(r"-?\d{1,15}")


@dataclass(frozen=True, slots=True)
class CellFormats:
    """The format codes of a workbook by the number of the cell's style.

    `fonts` are the names of symbol fonts by the number of the style; others are left out. `boxes`
    are the styles that show a truth value as a check box.
    """

    codes: Sequence[str] = ()
    from_1904: bool = False
    fonts: Mapping[int, str] = field(default_factory=dict)
    boxes: frozenset[int] = frozenset()

    def show(self, value: str, style: str | None) -> str:
        """Return a stored number as the cell shows it; anything else as it is stored."""
        code = self._code(_number_of(style))
        if code == GENERAL and _SHORT_INTEGER.fullmatch(value):
            return value
        try:
            number = float(value)
            if not math.isfinite(number):
                return value
            return format_number(number, code, from_1904=self.from_1904)
        except (ValueError, ArithmeticError):
            return value

    def show_text(self, text: str, style: str | int | None) -> str:
        """Return a text as the cell shows it."""
        number = style if isinstance(style, int) else _number_of(style)
        shown = format_text(text, self._code(number))
        return show_in_font(shown, self.fonts[number]) if number in self.fonts else shown

    def show_number(self, number: float, style: int) -> str:
        """Return a number as the cell shows it, nothing if it is not finite."""
        if not math.isfinite(number):
            return ""
        try:
            return format_number(number, self._code(style), from_1904=self.from_1904)
        except (ValueError, ArithmeticError):
            return shortest(number)

    def show_truth(self, is_true: bool, style: str | None) -> str:
        """Return a truth value as the cell shows it."""
        if _number_of(style) in self.boxes:
            return CHECKED if is_true else UNCHECKED
        return "TRUE" if is_true else "FALSE"

    def _code(self, style: int) -> str:
        return self.codes[style] if style < len(self.codes) else GENERAL


def _number_of(style: str | None) -> int:
    return int(style) if style and style.isdecimal() else 0


def read_formats(package: Package, name: str, *, from_1904: bool) -> CellFormats:
    """Return the formats in a workbook's styles. Raises BadPart."""
    root = package.xml(name)
    formats: dict[str, str] = {str(number): code for number, code in BUILT_IN.items()}
    formats |= {
        each.get("numFmtId", ""): each.get("formatCode", "") for each in _children(root, "numFmts")
    }
    styles = _children(root, "cellXfs")
    fonts = [_font_name(font) for font in _children(root, "fonts")]
    numbers = [_number_of(style.get("fontId")) for style in styles]
    codes = [_code_of(style, formats) for style in styles]
    boxes = (number for number, style in enumerate(styles) if _is_box(style))
    return CellFormats(codes, from_1904, symbol_fonts(fonts, numbers), frozenset(boxes))


def symbol_fonts(fonts: Sequence[str], numbers: Sequence[int]) -> dict[int, str]:
    """Return the symbol fonts of cell styles; `numbers` are the places of their fonts."""
    return {
        style: fonts[number]
        for style, number in enumerate(numbers)
        if number < len(fonts) and is_symbol_font(fonts[number])
    }


def _is_box(style: Element) -> bool:
    """Tell a style with which Excel shows check boxes, since 2024."""
    return any(local_name(each.tag) == "xfComplement" for each in style.iter())


def _font_name(font: Element) -> str:
    return next((each.get("val", "") for each in font if local_name(each.tag) == "name"), "")


def _children(root: Element, name: str) -> list[Element]:
    return [each for group in root if local_name(group.tag) == name for each in group]


def _code_of(style: Element, formats: Mapping[str, str]) -> str:
    code = formats.get(style.get("numFmtId", "0"), GENERAL)
    return GENERAL if code.lower() == GENERAL else code
