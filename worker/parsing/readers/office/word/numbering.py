"""The numbers that Word puts before the paragraphs of lists.

Layout: ECMA-376 part 1, 17.9.
"""

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from worker.parsing.readers.office.formats.list_numbers import format_count
from worker.parsing.readers.office.package import attribute, local_name
from worker.parsing.readers.office.word.elements import first, is_on, value

_PLACE = re.compile(r"%([1-9])")
_MAX_LEVELS = 9
# These stay as they are in legal numbering, too (17.9.4).
_STAYS = frozenset({"decimalZero", "none"})


@dataclass(frozen=True, slots=True)
class _Level:
    """How a level shows its number; `is_legal` shows those of all levels in decimal digits."""

    start: int
    format: str
    text: str
    is_legal: bool


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

        It is empty for bullets, unknown lists, and numbers that are words.
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
    if level is None or format_count(1, level.format) is None:
        return ""
    numbers: dict[str, str] = {}
    for each in set(_PLACE.findall(level.text)):
        shown, count = levels.get(int(each) - 1), counts[int(each) - 1]
        if shown is not None:
            is_decimal = level.is_legal and shown.format not in _STAYS
            number = format_count(
                shown.start if count is None else count, "decimal" if is_decimal else shown.format
            )
            if number is None:
                # A digit in its place would be wrong.
                return ""
            numbers[each] = number
    return _PLACE.sub(lambda match: numbers.get(match[1], ""), level.text).strip()


def _levels(element: Element) -> dict[int, _Level]:
    found = {}
    for child in element:
        if local_name(child.tag) == "lvl":
            values = {local_name(each.tag): attribute(each, "val") or "" for each in child}
            found[_number(attribute(child, "ilvl"), 0)] = _Level(
                start=_number(values.get("start"), 1),
                format=values.get("numFmt", "decimal"),
                text=values.get("lvlText", ""),
                is_legal=is_on(first(child, "isLgl")),
            )
    return found


def _number(value: str | None, default: int) -> int:
    return int(value) if value and re.fullmatch(r"\d{1,6}", value) else default
