"""The layout of a page in numbers, and the traits that follow from it."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

_FIRST_PAGES = 3
_MOSTLY = 0.5
_PHOTO = 0.25
_FEW_WORDS = 120


@dataclass(frozen=True, slots=True)
class PageLayout:
    """The layout of one page; `page` is the page's index in the document.

    Shares are between 0 and 1. `aspect` is width divided by height. `ink` is the share of the
    page that differs from the background, `top_ink` the share of that ink in the top third.
    `image_area` is the share that images cover, `photo` the share that layouts like a photograph.
    Rules are long thin straight lines. `table` is the share of text lines with three or more
    cells. `columns` counts columns of running text, 0 for a page without. `line_height` is the
    median height of a text line divided by the page's height. `words` counts the words of the
    page's text, `digits` is the share of digits among its letters and digits. `font_ratio` is
    the largest font size divided by the median, 1 if unknown.
    """

    page: int
    aspect: float
    ink: float
    top_ink: float
    image_area: float
    photo: float
    horizontal_rules: int
    vertical_rules: int
    table: float
    columns: int
    line_height: float
    words: int
    digits: float
    font_ratio: float

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "PageLayout":
        """Rebuild a layout from its fields. Raises TypeError or ValueError on invalid data."""
        layout = cls(**data)
        for field in fields(layout):
            value = getattr(layout, field.name)
            kind = int if field.type is int else (int, float)
            if isinstance(value, bool) or not isinstance(value, kind):
                raise TypeError(f"{type(value).__name__} for {field.name}")
            if not math.isfinite(value) or value < 0:
                raise ValueError(f"{field.name} is {value}")
        return layout


class Trait(StrEnum):
    """A visible property of a document."""

    PHOTOGRAPH = "the page is mostly a photograph"
    CARD = "the image has the shape of a card or a passport page"
    STRIP = "the page is a long narrow strip like a till receipt"
    SLIDE = "few words on a landscape page"
    TWO_COLUMNS = "the text is in two columns"
    RULED_FORM = "the page has many ruled lines like a form"
    TABLE = "much of the page is a table"


def find_traits(layouts: Sequence[PageLayout]) -> tuple[Trait, ...]:
    """Return the traits that the first three layouts of a document show; none without layouts."""
    first = layouts[:_FIRST_PAGES]
    if not first:
        return ()
    return tuple(trait for trait, holds in _TRAITS.items() if holds(first))


def _is_photograph(layouts: Sequence[PageLayout]) -> bool:
    return layouts[0].image_area >= _MOSTLY and layouts[0].photo >= _PHOTO


def _is_card(layouts: Sequence[PageLayout]) -> bool:
    """Test the aspect of a card (1.59) and a passport page (1.42), with a margin: ISO/IEC 7810."""
    first = layouts[0]
    return _is_photograph(layouts) and 1.3 <= first.aspect <= 1.75 and first.words < _FEW_WORDS


def _is_strip(layouts: Sequence[PageLayout]) -> bool:
    return len(layouts) == 1 and layouts[0].aspect <= 0.62 and layouts[0].ink > 0


def _is_slide(layouts: Sequence[PageLayout]) -> bool:
    """Test for landscape pages; more than half of them must have few words and no large image."""
    sparse = [
        layout
        for layout in layouts
        if layout.image_area < _MOSTLY and 0 < layout.words < _FEW_WORDS
    ]
    return all(layout.aspect >= 1.2 for layout in layouts) and len(sparse) * 2 > len(layouts)


def _has_two_columns(layouts: Sequence[PageLayout]) -> bool:
    """Test for two columns on more than half of the pages; forms and cards have too few words."""
    pages = [
        layout
        for layout in layouts
        if layout.columns == 2 and (layout.words >= 2 * _FEW_WORDS or layout.image_area >= _MOSTLY)
    ]
    return len(pages) * 2 > len(layouts)


def _is_ruled_form(layouts: Sequence[PageLayout]) -> bool:
    first = layouts[0]
    return first.horizontal_rules >= 12 and first.photo < _PHOTO and first.table < _MOSTLY


def _is_table(layouts: Sequence[PageLayout]) -> bool:
    """Test for cells with digits or rules; a table of contents has cells but neither."""
    first = layouts[0]
    is_ruled = first.horizontal_rules >= 4 and first.vertical_rules >= 3
    return first.table >= (0.2 if is_ruled else 0.35) and (is_ruled or first.digits >= 0.2)


_TRAITS: Mapping[Trait, Callable[[Sequence[PageLayout]], bool]] = {
    Trait.PHOTOGRAPH: _is_photograph,
    Trait.CARD: _is_card,
    Trait.STRIP: _is_strip,
    Trait.SLIDE: _is_slide,
    Trait.TWO_COLUMNS: _has_two_columns,
    Trait.RULED_FORM: _is_ruled_form,
    Trait.TABLE: _is_table,
}
