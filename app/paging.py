"""Pages of a listing that is ordered by a moment or a text, and then by id."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Row as SqlRow
from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

# Counting a million rows takes 100 ms: totals stop here.
MAX_COUNT = 10_000

Key = tuple[datetime | str, UUID]
Row = TypeVar("Row")
Item = TypeVar("Item")


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

    def map(self, view: Callable[[Row], Item]) -> "Page[Item]":
        """Return the page with each row as `view` returns it."""
        return Page([view(row) for row in self.rows], self.next_after, self.total)


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
    """Return a page of the entities of a query, newest first by these two of their columns."""
    return find_newest_rows(session, query, created_at, row_id, request).map(lambda row: row[0])


def find_newest_rows(
    session: Session,
    query: Select[*tuple[Any, ...]],
    created_at: InstrumentedAttribute[datetime],
    row_id: InstrumentedAttribute[UUID],
    request: PageRequest,
) -> Page[SqlRow[*tuple[Any, ...]]]:
    """Return a page of the rows of a query, newest first by these two columns.

    The rows have two columns more: `page_moment` and `page_id`.
    """
    total = count(session, query.with_only_columns(row_id), request)
    if request.after is not None:
        query = query.where(tuple_(created_at, row_id) < request.after)
    query = query.add_columns(created_at.label("page_moment"), row_id.label("page_id"))
    query = query.order_by(created_at.desc(), row_id.desc()).limit(request.size + 1)
    rows = session.execute(query).all()
    return cut(rows, request, total, lambda row: (row.page_moment, row.page_id))
