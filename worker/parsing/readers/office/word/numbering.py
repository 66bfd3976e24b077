"""The numbers that Word puts before the paragraphs of lists.

Layout: ECMA-376 part 1, 17.9.
"""

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from worker.parsing.readers.office.package import attribute, local_name
from worker.parsing.readers.office.word.elements import value

_PLACE = re.compile(r"%([1-9])")
_MAX_LEVELS = 9
_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
# Numbers of other scripts are left out, since a digit in their place would be wrong.
_FORMATS = frozenset({"decimal", "decimalZero", "upperRoman", "lowerRoman"}) | frozenset(
    {"upperLetter", "lowerLetter", "ordinal", "none"}
)


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    format: str
    text: str


class Numbering:
    """Counts the paragraphs of a file's lists in reading order."""

    def __init__(self, root: Element | None) -> None:
        """Index the lists of a `w:numbering` element; None for a file without any."""
        self._abstract: dict[str, Element] = {}
        self._levels: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, tuple[str, dict[int, _Level], dict[int, int]]] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._restarted: set[tuple[str, int]] = set()
        self._by_style: dict[str, str] = {}
        for element in root if root is not None else ():
            kind = local_name(element.tag)
            if kind == "abstractNum":
                name = attribute(element, "abstractNumId") or ""
                self._abstract[name] = element
                style = value(element, "styleLink")
                if style is not None:
                    self._by_style[style] = name
            elif kind == "num":
                self._add_list(element)

    def _add_list(self, element: Element) -> None:
        abstract, levels, starts = "", _levels(element), {}
        for child in element:
            kind = local_name(child.tag)
            if kind == "abstractNumId":
                abstract = attribute(child, "val") or ""
            elif kind == "lvlOverride":
                place = _number(attribute(child, "ilvl"), 0)
                levels.update(_levels(child))
                for each in child:
                    if local_name(each.tag) == "startOverride":
                        starts[place] = _number(attribute(each, "val"), 1)
        self._lists[attribute(element, "numId") or ""] = (abstract, levels, starts)

    def _levels_of(self, name: str) -> dict[int, _Level]:
        if name not in self._levels:
            element = self._abstract.get(name)
            # Its levels may be those of a style for lists.
            style = None if element is None else value(element, "numStyleLink")
            if style is not None:
                element = self._abstract.get(self._by_style.get(style, ""))
            self._levels[name] = {} if element is None else _levels(element)
        return self._levels[name]

    def next_label(self, numbering: str, level: str | None) -> str:
        """Count a paragraph of a list and return its number, such as `2.1` or `Article 3`.

        It is empty for bullets, unknown lists, and numbers of other scripts than the Latin.
        """
        found = self._lists.get(numbering)
        place = _number(level, 0)
        if found is None or place >= _MAX_LEVELS:
            return ""
        abstract, own, starts = found
        levels = self._levels_of(abstract)
        if own:
            levels = {**levels, **own}
        counts = self._counts.setdefault(abstract, [None] * _MAX_LEVELS)
        if place in starts and (numbering, place) not in self._restarted:
            self._restarted.add((numbering, place))
            counts[place] = starts[place]
        else:
            count = counts[place]
            start = levels[place].start if place in levels else 1
            counts[place] = start if count is None else count + 1
        counts[place + 1 :] = [None] * (_MAX_LEVELS - place - 1)
        return _label(levels, place, counts)


def _label(levels: dict[int, _Level], place: int, counts: list[int | None]) -> str:
    level = levels.get(place)
    if level is None or level.format not in _FORMATS:
        return ""
    shown = [int(digit) - 1 for digit in _PLACE.findall(level.text)]
    if any(each in levels and levels[each].format not in _FORMATS for each in shown):
        return ""

    def number(match: re.Match[str]) -> str:
        each = levels.get(int(match[1]) - 1)
        if each is None:
            return ""
        count = counts[int(match[1]) - 1]
        return format_count(each.start if count is None else count, each.format)

    return _PLACE.sub(number, level.text).strip()


def format_count(count: int, name: str) -> str:
    """Return a number in one of the formats of lists (17.18.59)."""
    if name == "none":
        return ""
    if name.endswith("Letter"):
        letter = chr(ord("a") + (count - 1) % 26) * min((count - 1) // 26 + 1, 9)
        return letter.upper() if name == "upperLetter" else letter
    if name.endswith("Roman"):
        roman = _roman(count)
        return roman.upper() if name == "upperRoman" else roman
    return f"{count:02}" if name == "decimalZero" else str(count)


def _roman(count: int) -> str:
    if not 0 < count < 4000:
        return str(count)
    found = ""
    for worth, letters in _ROMAN:
        found += letters * (count // worth)
        count %= worth
    return found


def _levels(element: Element) -> dict[int, _Level]:
    found = {}
    for child in element:
        if local_name(child.tag) == "lvl":
            values = {local_name(each.tag): attribute(each, "val") or "" for each in child}
            found[_number(attribute(child, "ilvl"), 0)] = _Level(
                start=_number(values.get("start"), 1),
                format=values.get("numFmt", "decimal"),
                text=values.get("lvlText", ""),
            )
    return found


def _number(value: str | None, default: int) -> int:
    return int(value) if value and re.fullmatch(r"\d{1,6}", value) else default
