"""The lists of word processing files: ECMA-376 part 1, 17.9."""

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element

from worker.parsing.readers.office.formats.list_labels import Level, ListLabels, NumberedList
from worker.parsing.readers.office.package import attribute, local_name
from worker.parsing.readers.office.word.elements import first, is_on, value


class Numbering:
    """Counts the paragraphs of a file's lists in reading order."""

    def __init__(self, root: Element | None) -> None:
        """Index the lists of a `w:numbering` element; None for a file without any."""
        self._abstract: dict[str, Element] = {}
        self._levels: dict[str, Mapping[int, Level]] = {}
        self._by_style: dict[str, str] = {}
        lists: dict[str, NumberedList] = {}
        for element in root if root is not None else ():
            kind = local_name(element.tag)
            if kind == "abstractNum":
                name = attribute(element, "abstractNumId") or ""
                self._abstract[name] = element
                style = value(element, "styleLink")
                if style is not None:
                    self._by_style[style] = name
            elif kind == "num":
                lists[attribute(element, "numId") or ""] = _read_list(element)
        self._labels = ListLabels(lists, self._levels_of)

    def next_label(self, numbering: str, level: str | None) -> str:
        """Count a paragraph of a list and return its number, such as `2.1` or `Article 3`.

        It is empty for bullets, unknown lists, and numbers that are words.
        """
        return self._labels.next_label(numbering, _number(level, 0))

    def _levels_of(self, name: str) -> Mapping[int, Level]:
        if name not in self._levels:
            element = self._abstract.get(name)
            # Its levels may be those of a style for lists.
            style = None if element is None else value(element, "numStyleLink")
            if style is not None:
                element = self._abstract.get(self._by_style.get(style, ""))
            self._levels[name] = {} if element is None else _levels(element)
        return self._levels[name]


def _read_list(element: Element) -> NumberedList:
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
    return NumberedList(abstract, levels, starts)


def _levels(element: Element) -> dict[int, Level]:
    found = {}
    for child in element:
        if local_name(child.tag) == "lvl":
            values = {local_name(each.tag): attribute(each, "val") or "" for each in child}
            found[_number(attribute(child, "ilvl"), 0)] = Level(
                start=_number(values.get("start"), 1),
                format=values.get("numFmt", "decimal"),
                text=values.get("lvlText", ""),
                is_legal=is_on(first(child, "isLgl")),
            )
    return found


def _number(value: str | None, default: int) -> int:
    return int(value) if value and re.fullmatch(r"\d{1,6}", value) else default
