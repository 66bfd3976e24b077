"""The styles of word processing files, and the paragraphs that stand out by them.

Layout: ECMA-376 part 1, 17.7 (styles) and 17.3.2 (properties of runs).
"""

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any
from xml.etree.ElementTree import Element

from worker.parsing.readers.office.package import attribute, local_name
from worker.parsing.readers.office.word.elements import first, is_on, value

_USUAL_SIZE = 20
_MAX_BASES = 20
_HEADING = re.compile(r"heading ?[123]|title", re.IGNORECASE)
_HEADING_LEVELS = frozenset({"0", "1", "2"})
_LARGE = 1.2
# On a page in bold type, bold paragraphs do not stand out.
_MAX_BOLD_SHARE = 0.3
_MAX_HEADINGS, _MAX_HEADING_CHARACTERS = 60, 200


@dataclass(frozen=True, slots=True)
class Look:
    """What a style or properties say of text; None where they say nothing.

    `size` is in half points. `numbering` is the id of a list, `level` the level within it.
    """

    size: int | None = None
    is_bold: bool | None = None
    is_hidden: bool | None = None
    is_heading: bool | None = None
    font: str | None = None
    numbering: str | None = None
    level: str | None = None

    def over(self, base: "Look") -> "Look":
        """Return this look, and that of the base where it says nothing."""
        return Look(
            size=base.size if self.size is None else self.size,
            is_bold=base.is_bold if self.is_bold is None else self.is_bold,
            is_hidden=base.is_hidden if self.is_hidden is None else self.is_hidden,
            is_heading=base.is_heading if self.is_heading is None else self.is_heading,
            font=base.font if self.font is None else self.font,
            numbering=base.numbering if self.numbering is None else self.numbering,
            level=base.level if self.level is None else self.level,
        )


class Styles:
    """The looks of the styles of one file."""

    def __init__(self, root: Element | None) -> None:
        """Index the styles of a `w:styles` element; None for a file without any."""
        self._styles: dict[str, Element] = {}
        self._found: dict[str, Look] = {}
        self._complete: dict[str, Look] = {}
        self._default = Look(size=_USUAL_SIZE)
        self._paragraphs = ""
        for element in () if root is None else root:
            if local_name(element.tag) == "docDefaults":
                properties = first(first(element, "rPrDefault"), "rPr")
                if properties is not None:
                    self._default = _run_look(properties, self._default)
            elif local_name(element.tag) == "style":
                style = attribute(element, "styleId") or ""
                self._styles[style] = element
                if attribute(element, "type") == "paragraph" and is_on(element, "default", False):
                    self._paragraphs = style

    def paragraph(self, style: str | None, properties: Element | None) -> Look:
        """Return the look of a paragraph with a style, None for the usual, and properties."""
        name = self._paragraphs if style is None else style
        look = self._complete.get(name)
        if look is None:
            look = self._complete[name] = self._resolve(name).over(self._default)
        return look if properties is None else _paragraph_look(properties, look)

    def run(self, properties: Element, paragraph: Look) -> Look:
        """Return the look of a run with properties in a paragraph."""
        style = value(properties, "rStyle")
        base = paragraph if style is None else self._resolve(style).over(paragraph)
        return _run_look(properties, base)

    def _resolve(self, style: str) -> Look:
        """Return what a style and those that it is based on say."""
        found = self._found.get(style)
        if found is None:
            # Files may name a style of Word without defining it.
            found, base = Look(is_heading=_HEADING.fullmatch(style) is not None or None), style
            for _ in range(_MAX_BASES):
                element = self._styles.get(base)
                if element is None:
                    break
                found = found.over(_style_look(element, base))
                base = value(element, "basedOn") or ""
            self._found[style] = found
        return found


def _style_look(element: Element, style: str) -> Look:
    look = Look()
    for child in element:
        kind = local_name(child.tag)
        if kind == "rPr":
            look = _run_look(child, look)
        elif kind == "pPr":
            look = _paragraph_look(child, look)
    name = value(element, "name") or style
    return replace(look, is_heading=True) if _HEADING.fullmatch(name) else look


def _run_look(properties: Element, base: Look) -> Look:
    """Return the base with what the properties of a run (`w:rPr`) say, their style left out."""
    found: dict[str, Any] = {}
    for each in properties:
        kind = local_name(each.tag)
        if kind == "sz":
            size = attribute(each, "val") or ""
            if re.fullmatch(r"\d{1,4}", size):
                found["size"] = int(size)
        elif kind == "b":
            found["is_bold"] = is_on(each)
        elif kind == "vanish":
            found["is_hidden"] = is_on(each)
        elif kind == "rFonts":
            found["font"] = attribute(each, "ascii") or attribute(each, "hAnsi")
    return replace(base, **found) if found else base


def _paragraph_look(properties: Element, base: Look) -> Look:
    """Return the base with what the properties of a paragraph (`w:pPr`) say."""
    found: dict[str, Any] = {}
    for each in properties:
        kind = local_name(each.tag)
        if kind == "outlineLvl":
            found["is_heading"] = attribute(each, "val") in _HEADING_LEVELS
        elif kind == "numPr":
            for name, key in (("numId", "numbering"), ("ilvl", "level")):
                number = value(each, name)
                if number is not None:
                    found[key] = number
    return replace(base, **found) if found else base


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as it looks: `letters` counts its letters, `bold` those in bold type."""

    text: str
    size: int
    letters: int
    bold: int
    is_heading: bool


def find_headings(paragraphs: list[Paragraph]) -> tuple[str, ...]:
    """Return the headings by style, and the short paragraphs larger or bolder than the usual.

    At most 60 are returned, each of at most 200 characters.
    """
    letters: Counter[int] = Counter()
    for each in paragraphs:
        letters[each.size] += each.letters
    usual = _median(letters)
    bold = sum(each.bold for each in paragraphs)
    is_bold_rare = bold < _MAX_BOLD_SHARE * letters.total()
    found = [
        each.text
        for each in paragraphs
        if 0 < len(each.text) <= _MAX_HEADING_CHARACTERS
        and (
            each.is_heading
            or (each.letters and each.size >= _LARGE * usual)
            or (each.letters and each.bold == each.letters and is_bold_rare)
        )
    ]
    return tuple(dict.fromkeys(found))[:_MAX_HEADINGS]


def _median(letters: Counter[int]) -> int:
    """Return the size that half of the letters do not exceed; 0 without letters."""
    left = letters.total() / 2
    for size in sorted(letters):
        left -= letters[size]
        if left <= 0:
            return size
    return 0
