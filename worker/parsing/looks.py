"""How a page looks, in numbers, and what a person would say of it at a glance."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any


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


def describe(looks: Sequence[PageLook]) -> tuple[str, ...]:
    """Return short plain observations on the first pages of a document, the surest first."""
    del looks
    return ()
