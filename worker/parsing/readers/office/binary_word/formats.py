"""Finds the characters of a Word document that are hidden or deleted, and those of form fields.

Layout: [MS-DOC] 2.9.33 (a page of formats), 2.6.1 (properties).
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from worker.parsing.readers.fonts.symbol_fonts import is_symbol_font, symbol
from worker.parsing.readers.office.binary_word.fonts import read_fonts
from worker.parsing.readers.office.binary_word.properties import (
    HIDDEN,
    ON,
    PAGE,
    read_page_numbers,
    read_properties,
)
from worker.parsing.readers.office.binary_word.styles import split_range

_PAGES_AT = 0xFA
_DELETED, _STYLE, _IS_DATA, _DATA_AT = 0x0800, 0x4A30, 0x0806, 0x6A03
_SYMBOL, _FONT = 0x6A09, 0x4A4F
# As the style, and the reverse of it.
_AS_STYLE, _REVERSE = 0x80, 0x81


@dataclass(frozen=True, slots=True)
class Run:
    """Bytes of the document that are hidden, or that stand for data at a place or for a symbol.

    `font` is the name of a symbol font in which they are, "" for any other.
    """

    start: int
    end: int
    is_hidden: bool
    data_at: int | None
    symbol: str
    font: str


class _Formatted(NamedTuple):
    """A run as it is stored: whether it is hidden in a style that shows, and in one that hides."""

    start: int
    end: int
    is_hidden: bool
    is_hidden_in_hidden: bool
    data_at: int | None
    symbol: int | None
    font: int | None

    @property
    def stands_for_other(self) -> bool:
        """Tell whether the characters stand for data or a symbol."""
        return self.data_at is not None or self.symbol is not None


def read_runs(
    document: bytes, table: bytes, styles: frozenset[int], paragraphs: Sequence[tuple[int, int]]
) -> list[Run]:
    """Return the runs of hidden characters, data and symbols in the order of the file.

    None is in another. `styles` hide text, and so do those of `paragraphs`, which begin and end at
    these places. Raises struct.error and IndexError on damage.
    """
    fonts = read_fonts(document, table)
    symbol_fonts = {number: name for number, name in enumerate(fonts) if is_symbol_font(name)}
    listed = [
        run
        for number in read_page_numbers(document, table, _PAGES_AT)
        for run in _formatted(document[number * PAGE : (number + 1) * PAGE], styles)
        if run.is_hidden or run.stands_for_other or run.font in symbol_fonts or paragraphs
    ]
    found: list[Run] = []
    end = 0
    for run in sorted(listed, key=lambda run: run.start):
        if end <= run.start < run.end:
            end = run.end
            for first, last, is_hidden in split_range(run.start, end, paragraphs):
                hides = run.is_hidden_in_hidden if is_hidden else run.is_hidden
                font = "" if run.font is None else symbol_fonts.get(run.font, "")
                if hides or run.stands_for_other or font:
                    shown = _symbol(run.symbol, fonts)
                    found.append(Run(first, last, hides, run.data_at, shown, font))
    return found


def _formatted(page: bytes, styles: frozenset[int]) -> Iterator[_Formatted]:
    if len(page) < PAGE:
        return
    count = page[-1]
    places = struct.unpack_from(f"<{count + 1}L", page)
    for number in range(count):
        at = 2 * page[4 * (count + 1) + number]
        values = read_properties(page[at + 1 : at + 1 + page[at]]) if at else {}
        is_deleted = values.get(_DELETED) in ON
        own = values.get(HIDDEN, _AS_STYLE)
        in_hidden = is_deleted or own not in (0, _REVERSE)
        in_shown = in_hidden if values.get(_STYLE) in styles else is_deleted or own in ON
        data_at = values.get(_DATA_AT) if values.get(_IS_DATA) else None
        yield _Formatted(
            places[number],
            places[number + 1],
            in_shown,
            in_hidden,
            data_at,
            values.get(_SYMBOL),
            values.get(_FONT),
        )


def _symbol(value: int | None, fonts: Sequence[str]) -> str:
    """Return the symbol with a font and a code (2.6.1, `sprmCSymbol`), "" for none."""
    if value is None:
        return ""
    code, font = value >> 16, value & 0xFFFF
    return symbol(fonts[font] if font < len(fonts) else "", code)
