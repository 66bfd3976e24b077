"""How a page looks, in numbers, and what a person would say of it at a glance."""

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
class PageLook:
    """The look of one page; `page` is the page's index in the document.

    Shares are of 1. `aspect` is width by height. `ink` is the share of the page that is not
    its background, `top_ink` the share of that ink in the top third. `image_area` is covered by
    pictures, `photo` has the shades of a photograph. Rules are long thin straight lines.
    `table` is the share of text lines that fall into three or more cells. `columns` counts
    columns of running text, 0 where there is none. `line_height` is that of the middle text
    line by the page's height. `words` and `digits` (among letters and digits) are those of the
    page's text; `font_ratio` is the largest font size by the middle one, 1 where it is unknown.
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
    def from_json(cls, data: dict[str, Any]) -> "PageLook":
        """Rebuild a look from its fields; raises TypeError or ValueError on anything else."""
        look = cls(**data)
        for field in fields(look):
            value = getattr(look, field.name)
            kind = int if field.type is int else (int, float)
            if isinstance(value, bool) or not isinstance(value, kind):
                raise TypeError(f"{type(value).__name__} for {field.name}")
            if not math.isfinite(value) or value < 0:
                raise ValueError(f"{field.name} is {value}")
        return look


class Sight(StrEnum):
    """What a person would say of a document at a glance."""

    PHOTOGRAPH = "the page is mostly a photograph"
    CARD = "the picture has the shape of a card or a passport's page"
    STRIP = "the page is a long narrow strip, as tills print"
    SLIDE = "few words on a landscape page"
    TWO_COLUMNS = "the text stands in two columns"
    RULED_FORM = "the page is full of ruled lines, as forms are"
    TABLE = "much of the page is a table"


def describe(looks: Sequence[PageLook]) -> tuple[Sight, ...]:
    """Return short plain observations on the first three looks of a document; none without."""
    seen = looks[:_FIRST_PAGES]
    if not seen:
        return ()
    return tuple(sight for sight, holds in _SIGHTS.items() if holds(seen))


def _is_photograph(looks: Sequence[PageLook]) -> bool:
    return looks[0].image_area >= _MOSTLY and looks[0].photo >= _PHOTO


def _is_card(looks: Sequence[PageLook]) -> bool:
    """ISO/IEC 7810: a card is 1.59 as wide as high, a passport's page 1.42; plus a margin."""
    first = looks[0]
    return _is_photograph(looks) and 1.3 <= first.aspect <= 1.75 and first.words < _FEW_WORDS


def _is_strip(looks: Sequence[PageLook]) -> bool:
    return len(looks) == 1 and looks[0].aspect <= 0.62 and looks[0].ink > 0


def _is_slide(looks: Sequence[PageLook]) -> bool:
    """One slide may be a picture or dense; most are neither."""
    sparse = [look for look in looks if look.image_area < _MOSTLY and 0 < look.words < _FEW_WORDS]
    return all(look.aspect >= 1.2 for look in looks) and len(sparse) * 2 > len(looks)


def _has_two_columns(looks: Sequence[PageLook]) -> bool:
    """More than three columns is a newspaper or a table; few words are a form or a card."""
    pages = [
        look
        for look in looks
        if look.columns == 2 and (look.words >= 2 * _FEW_WORDS or look.image_area >= _MOSTLY)
    ]
    return len(pages) * 2 > len(looks)


def _is_ruled_form(looks: Sequence[PageLook]) -> bool:
    first = looks[0]
    return first.horizontal_rules >= 12 and first.photo < _PHOTO and first.table < _MOSTLY


def _is_table(looks: Sequence[PageLook]) -> bool:
    """A table of contents has cells too, but few figures and no rules."""
    first = looks[0]
    is_ruled = first.horizontal_rules >= 4 and first.vertical_rules >= 3
    return first.table >= (0.2 if is_ruled else 0.35) and (is_ruled or first.digits >= 0.2)


_SIGHTS: Mapping[Sight, Callable[[Sequence[PageLook]], bool]] = {
    Sight.PHOTOGRAPH: _is_photograph,
    Sight.CARD: _is_card,
    Sight.STRIP: _is_strip,
    Sight.SLIDE: _is_slide,
    Sight.TWO_COLUMNS: _has_two_columns,
    Sight.RULED_FORM: _is_ruled_form,
    Sight.TABLE: _is_table,
}
