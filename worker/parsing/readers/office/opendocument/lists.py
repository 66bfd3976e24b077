"""The numbers of lists and headings, which no file holds: OASIS ODF 1.3 part 3, 5.3 and 16.30."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from worker.parsing.readers.office.formats.list_numbers import SCRIPTS, format_count, roman
from worker.parsing.readers.office.opendocument.names import full, full_names
from worker.parsing.readers.office.opendocument.text import (
    Attributes,
    DocumentText,
    End,
    Start,
    number,
)

_LEVEL, _FORMAT = full("text:level"), full("style:num-format")
_PREFIX, _SUFFIX = full("style:num-prefix"), full("style:num-suffix")
_PATTERN, _DISPLAYED = full("loext:num-list-format"), full("text:display-levels")
_START, _STYLE = full("text:start-value"), full("text:style-name")
_NAME, _ID = full("style:name"), full("xml:id")
_CONTINUED, _CONTINUES = full("text:continue-list"), full("text:continue-numbering")
_IS_HEADER, _OUTLINE_LEVEL = full("text:is-list-header"), full("text:outline-level")
_MAX_LEVEL = 10
_OUTLINE = "\0outline"
_BY_FIRST = {format_count(1, name): name for name in reversed(SCRIPTS)}
_PLACE = re.compile(r"%(\d{1,2})%")


@dataclass(frozen=True, slots=True)
class _Level:
    """How a level shows its number; without a format it shows none."""

    format: str
    prefix: str
    suffix: str
    pattern: str | None
    displayed: int
    start: int


@dataclass(slots=True)
class _List:
    """An open list; `numbers` holds the last number of each level."""

    style: str
    numbers: list[int]
    depth: int
    is_item_new: bool = False
    start: int | None = None


@dataclass(slots=True)
class Lists:
    """Counts the items of lists. A paragraph asks for the number before it."""

    text: DocumentText
    _styles: dict[str, dict[int, _Level]] = field(default_factory=dict)
    _style: dict[int, _Level] = field(default_factory=dict)
    _open: list[_List] = field(default_factory=list)
    _by_id: dict[str, list[int]] = field(default_factory=dict)
    _by_style: dict[str, list[int]] = field(default_factory=dict)
    _headings: list[int] = field(default_factory=list)

    def starts(self) -> dict[str, Start]:
        """Return what to do at each start tag."""
        return {
            full("text:list-style"): self._list_style,
            full("text:outline-style"): self._outline_style,
            **dict.fromkeys(
                full_names("text", "list-level-style-number outline-level-style"), self._level
            ),
            full("text:list"): self._list,
            full("text:list-item"): self._item,
        }

    @property
    def is_in_list(self) -> bool:
        """Whether a list is open."""
        return bool(self._open)

    def drop_number(self) -> None:
        """Count the item that has just begun without a number: the file holds the number itself."""
        self.item_number()

    def item_number(self) -> str:
        """Return the number before a paragraph, which is empty but for the first one of an item."""
        if not self._open or not self._open[-1].is_item_new:
            return ""
        current = self._open[-1]
        current.is_item_new = False
        levels = self._styles.get(current.style, {})
        return _count(levels, current.numbers, current.depth, current.start)

    def heading_number(self, attributes: Attributes) -> str:
        """Return the number before a heading outside of lists."""
        level = number(attributes.get(_OUTLINE_LEVEL), 1)
        if attributes.get(_IS_HEADER) == "true" or not 1 <= level <= _MAX_LEVEL:
            return ""
        return _count(self._styles.get(_OUTLINE, {}), self._headings, level, None)

    def _list_style(self, attributes: Attributes) -> None:
        self._style = self._styles[attributes.get(_NAME, "")] = {}

    def _outline_style(self, attributes: Attributes) -> None:
        del attributes
        self._style = self._styles[_OUTLINE] = {}

    def _level(self, attributes: Attributes) -> None:
        self._style[number(attributes.get(_LEVEL), 1)] = _Level(
            format=attributes.get(_FORMAT, ""),
            prefix=attributes.get(_PREFIX, ""),
            suffix=attributes.get(_SUFFIX, ""),
            pattern=attributes.get(_PATTERN),
            displayed=number(attributes.get(_DISPLAYED), 1),
            start=number(attributes.get(_START), 1),
        )

    def _list(self, attributes: Attributes) -> End:
        outer = self._open[-1] if self._open else None
        style = attributes.get(_STYLE) or (outer.style if outer else "")
        if outer is not None:
            numbers = outer.numbers
        elif attributes.get(_CONTINUED) in self._by_id:
            numbers = self._by_id[attributes[_CONTINUED]]
        elif attributes.get(_CONTINUES) == "true":
            numbers = self._by_style.get(style, [])
        else:
            numbers = []
        self._by_style[style] = numbers
        if _ID in attributes:
            self._by_id[attributes[_ID]] = numbers
        self._open.append(_List(style, numbers, outer.depth + 1 if outer else 1))
        return self._end_list

    def _end_list(self) -> None:
        self._open.pop()
        if not self._open:
            self.text.flow.pieces.append("\n")

    def _item(self, attributes: Attributes) -> End | None:
        if not self._open:
            return None
        current = self._open[-1]
        current.is_item_new = True
        current.start = number(attributes.get(_START), 0) if _START in attributes else None
        return self._end_item

    def _end_item(self) -> None:
        self._open[-1].is_item_new = False


def _count(levels: dict[int, _Level], numbers: list[int], depth: int, start: int | None) -> str:
    """Count one item of a level and return its number as it is shown."""
    if depth > _MAX_LEVEL:
        return ""
    del numbers[depth:]
    while len(numbers) < depth:
        level = levels.get(len(numbers) + 1)
        first = level.start if level else 1
        # The levels above count as begun; this one begins now.
        numbers.append(first - 1 if len(numbers) + 1 == depth else first)
    numbers[depth - 1] = numbers[depth - 1] + 1 if start is None else start
    level = levels.get(depth)
    if level is None or not level.format:
        return ""

    def show(place: int) -> str:
        shown = levels.get(place)
        if not 1 <= place <= depth or shown is None:
            return ""
        return _show(numbers[place - 1], shown.format)

    if level.pattern is not None:
        return _PLACE.sub(lambda match: show(int(match[1])), level.pattern)
    places = range(max(1, depth - level.displayed + 1), depth + 1)
    return f"{level.prefix}{'.'.join(filter(None, map(show, places)))}{level.suffix}"


def _show(value: int, form: str) -> str:
    known: dict[str, Callable[[int], str]] = {"a": _letters, "i": roman}
    write = known.get(form.lower())
    if write is not None and value > 0:
        text = write(value)
        return text.upper() if form.isupper() else text
    # Formats of other scripts begin with their first number.
    name = _BY_FIRST.get(form.partition(",")[0])
    return (format_count(value, name) if name else None) or str(value)


def _letters(value: int) -> str:
    text = ""
    while value > 0:
        value, rest = divmod(value - 1, 26)
        text = chr(ord("a") + rest) + text
    return text
