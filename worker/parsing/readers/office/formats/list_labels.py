"""Counts the paragraphs of lists as Word does: ECMA-376 part 1, 17.9, and [MS-DOC] 2.4.6.3."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from worker.parsing.readers.office.formats.list_numbers import format_count

MAX_LEVELS = 9
"""The levels of a list."""

_PLACE = re.compile(r"%([1-9])")
# These stay as they are in legal numbering, too (17.9.4).
_STAYS = frozenset({"decimalZero", "none"})


@dataclass(frozen=True, slots=True)
class Level:
    """How a level shows its number: `%2` in the text stands for that of the second level.

    `format` is a name in ST_NumberFormat; `is_legal` shows the numbers of all levels in decimal
    digits.
    """

    start: int
    format: str
    text: str
    is_legal: bool


@dataclass(frozen=True, slots=True)
class NumberedList:
    """A list: the list whose levels it shares and counts, levels of its own, and new starts."""

    abstract: str
    levels: Mapping[int, Level] = field(default_factory=dict)
    starts: Mapping[int, int] = field(default_factory=dict)


class ListLabels:
    """Counts the paragraphs of a file's lists in reading order."""

    def __init__(
        self,
        lists: Mapping[str, NumberedList],
        levels_of: Callable[[str], Mapping[int, Level]],
    ) -> None:
        """Take the lists by name, and what returns the levels of those whose levels they share."""
        self._lists = lists
        self._levels_of = levels_of
        self._counts: dict[str, list[int | None]] = {}
        self._restarted: set[tuple[str, int]] = set()

    def next_label(self, name: str, place: int) -> str:
        """Count a paragraph of a list at a level from 0 on and return its number, such as `2.1`.

        It is empty for bullets, unknown lists, and numbers that are words.
        """
        found = self._lists.get(name)
        if found is None or not 0 <= place < MAX_LEVELS:
            return ""
        levels = self._levels_of(found.abstract)
        if found.levels:
            levels = {**levels, **found.levels}
        counts = self._counts.setdefault(found.abstract, [None] * MAX_LEVELS)
        if place in found.starts and (name, place) not in self._restarted:
            self._restarted.add((name, place))
            counts[place] = found.starts[place]
        else:
            count = counts[place]
            start = levels[place].start if place in levels else 1
            counts[place] = start if count is None else count + 1
        counts[place + 1 :] = [None] * (MAX_LEVELS - place - 1)
        return _label(levels, place, counts)


def _label(levels: Mapping[int, Level], place: int, counts: list[int | None]) -> str:
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
