"""Pages of a listing that is ordered by a moment or a text, and then by id."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

# Counting a million rows takes 100 ms: totals stop here.
MAX_COUNT = 10_000

Key = tuple[datetime | str, UUID]
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The number of rows of a page, and the key of the row before the first one."""

    size: int
    after: Key | None = None
    include_total: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows, the key of the last one if more rows follow, and the total if requested."""

    rows: Sequence[Row]
    next_after: Key | None
    total: int | None


def cut(
    rows: Sequence[Row], request: PageRequest, total: int | None, key: Callable[[Row], Key]
) -> Page[Row]:
    """Make a page of up to `request.size + 1` rows; the extra row shows that more follow."""
    shown = rows[: request.size]
    return Page(shown, key(shown[-1]) if len(rows) > request.size else None, total)


def count(session: Session, query: Select[Row], request: PageRequest) -> int | None:
    """Return the number of rows of a query, at most MAX_COUNT; None unless requested."""
    if not request.include_total:
        return None
    return count_up_to(session, query, MAX_COUNT)


def count_up_to(session: Session, query: Select[Row], cap: int) -> int:
    """Return the number of rows of a query, at most `cap`."""
    bounded = query.limit(cap).subquery()
    return session.scalar(select(func.count()).select_from(bounded)) or 0


def find_newest(
    session: Session,
    query: Select[Row],
    created_at: InstrumentedAttribute[datetime],
    row_id: InstrumentedAttribute[UUID],
    request: PageRequest,
) -> Page[Row]:
    """Return a page of the rows of a query, newest first by these two columns."""
    total = count(session, query, request)
    if request.after is not None:
        query = query.where(tuple_(created_at, row_id) < request.after)
    query = query.order_by(created_at.desc(), row_id.desc()).limit(request.size + 1)

    def key(row: Row) -> Key:
        return getattr(row, created_at.key), getattr(row, row_id.key)

    return cut(session.scalars(query).all(), request, total, key)
