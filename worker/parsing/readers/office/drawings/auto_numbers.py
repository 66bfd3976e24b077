"""The numbers before paragraphs of a shape's list: ECMA-376 part 1, 21.1.2.4.1, 20.1.10.61."""

import re
from xml.etree.ElementTree import Element

from worker.parsing.readers.office.formats.list_numbers import format_count
from worker.parsing.readers.office.package import local_name

_TYPE = re.compile(r"(\w+?)(Period|ParenR|ParenBoth|Plain|Minus)")
_FORMATS = {
    "arabic": "decimal",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
    "arabicDb": "decimalFullWidth",
    **dict.fromkeys(
        ("circleNumDb", "circleNumWdBlack", "circleNumWdWhite"), "decimalEnclosedCircle"
    ),
    **dict.fromkeys(("ea1Chs", "ea1Cht"), "chineseCounting"),
    **dict.fromkeys(("ea1JpnKor", "ea1JpnChsDb"), "japaneseCounting"),
    "arabic1": "arabicAbjad",
    "arabic2": "arabicAlpha",
    "hebrew2": "hebrew1",
    "thaiAlpha": "thaiLetters",
    "thaiNum": "thaiNumbers",
    "hindiAlpha": "hindiConsonants",
    "hindiAlpha1": "hindiConsonants",
    "hindiNum": "hindiNumbers",
}
_MARKS = {"Period": "{}. ", "ParenR": "{}) ", "ParenBoth": "({}) ", "Plain": "{} ", "Minus": "{}- "}
_NUMBER = re.compile(r"\d{1,5}")


class AutoNumbers:
    """Counts the paragraphs of one text. Kinds of numbers that are not known are left out."""

    def __init__(self) -> None:
        # The type and the count of the list that is open at each level.
        self._open: dict[int, tuple[str, int]] = {}

    def next_label(self, paragraph: Element) -> str:
        """Return the number that stands before a paragraph with text, and a space; or nothing."""
        properties = next((each for each in paragraph if local_name(each.tag) == "pPr"), None)
        level = _number(properties, "lvl", 0)
        self._open = {each: count for each, count in self._open.items() if each <= level}
        for each in () if properties is None else properties:
            if local_name(each.tag) == "buAutoNum":
                return self._count(level, each)
        self._open.pop(level, None)
        return ""

    def _count(self, level: int, mark: Element) -> str:
        kind, start = mark.get("type", ""), _number(mark, "startAt", 1)
        before, last = self._open.get(level, ("", 0))
        count = last + 1 if before == kind else start
        self._open[level] = kind, count
        match = _TYPE.fullmatch(kind)
        number = format_count(count, _FORMATS.get(match[1], "")) if match else None
        return _MARKS[match[2]].format(number) if match and number else ""


def _number(element: Element | None, name: str, absent: int) -> int:
    text = "" if element is None else element.get(name, "")
    return int(text) if _NUMBER.fullmatch(text) else absent
