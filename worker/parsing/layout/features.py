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
# Upright A4 has .71; slides have 1.33 or 1.78, and lie as photographs do.
_MAX_STRIP, _MIN_SLIDE = 0.62, 1.2
# Cards have 1.59, passport pages 1.42 (ISO/IEC 7810); photographs have a margin.
_MIN_CARD, _MAX_CARD = 1.3, 1.75


@dataclass(frozen=True, slots=True)
class PageLayout:
    """The layout of one page.

    Shares are between 0 and 1. `aspect` is width divided by height. `ink` is the share of the
    page that differs from the background, `image_area` the share that images cover, `photo` the
    share that looks like a photograph. `words` counts the words of the page's text.
    """

    aspect: float
    ink: float
    image_area: float
    photo: float
    words: int

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

    CARD = "the image has the shape of a card or a passport page"
    STRIP = "the page is a long narrow strip like a till receipt"
    SLIDE = "few words on a landscape page"


def find_traits(layouts: Sequence[PageLayout]) -> tuple[Trait, ...]:
    """Return the traits that the first three layouts of a document show; none without layouts."""
    first = layouts[:_FIRST_PAGES]
    if not first:
        return ()
    return tuple(trait for trait, holds in _TRAITS.items() if holds(first))


def _is_card(layouts: Sequence[PageLayout]) -> bool:
    """Test for a photograph in the shape of a card or a passport page."""
    first = layouts[0]
    is_photograph = first.image_area >= _MOSTLY and first.photo >= _PHOTO
    return is_photograph and _MIN_CARD <= first.aspect <= _MAX_CARD and first.words < _FEW_WORDS


def _is_strip(layouts: Sequence[PageLayout]) -> bool:
    return len(layouts) == 1 and layouts[0].aspect <= _MAX_STRIP and layouts[0].ink > 0


def _is_slide(layouts: Sequence[PageLayout]) -> bool:
    """Test for landscape pages; more than half of them must have few words and no large image."""
    sparse = [
        layout
        for layout in layouts
        if layout.image_area < _MOSTLY and 0 < layout.words < _FEW_WORDS
    ]
    return all(layout.aspect >= _MIN_SLIDE for layout in layouts) and len(sparse) * 2 > len(layouts)


_TRAITS: Mapping[Trait, Callable[[Sequence[PageLayout]], bool]] = {
    Trait.CARD: _is_card,
    Trait.STRIP: _is_strip,
    Trait.SLIDE: _is_slide,
}
