"""Pages of a listing that is ordered by a moment or a text, and where that is equal by id."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

# Counting a million rows takes 100 ms: a total beyond this is not worth it.
COUNT_CAP = 10_000

Key = tuple[datetime | str, UUID]
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """How many rows, after which one."""

    size: int
    after: Key | None = None
    include_total: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, the key that the next page comes after, and how many there are if asked."""

    rows: Sequence[Row]
    next_after: Key | None
    total: int | None


def cut(
    rows: Sequence[Row], request: PageRequest, total: int | None, key: Callable[[Row], Key]
) -> Page[Row]:
    """Make a page out of up to `request.size + 1` rows; the extra one says there is more."""
    shown = rows[: request.size]
    return Page(shown, key(shown[-1]) if len(rows) > request.size else None, total)
