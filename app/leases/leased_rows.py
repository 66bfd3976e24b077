"""Rows that are tasks: a claim leases one by a token, which every later change needs.

A worker that dies leaves a lease that expires, and the next claim takes the row.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Database, UtcDateTime, now


class Leased:
    """The columns of a table of tasks; a row is free while `lease_until` is null or past."""

    attempt: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    worker: Mapped[str | None] = mapped_column(String(255))
    lease_token: Mapped[UUID | None]
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


def is_free(table: type[Leased]) -> ColumnElement[bool]:
    """Return the condition that nobody works on a row."""
    return or_(table.lease_until.is_(None), table.lease_until < now())


def lock_first(database: Database, free: Select[UUID]) -> Select[UUID] | None:
    """Return a query for the id of the first of the free rows, which locks it; None without one.

    It reads first: nearly always there is no task, and a write would lock others out.
    """
    first = free.limit(1)
    with database.read() as session:
        if session.scalar(first) is None:
            return None
    return first if database.is_sqlite else first.with_for_update(skip_locked=True)


def release(
    database: Database, table: type[Leased], is_held: tuple[ColumnElement[bool], ...]
) -> None:
    """Free the row that a claim holds; the attempt does not count."""
    freed = {"worker": None, "lease_token": None, "lease_until": None}
    with database.write() as session:
        session.execute(update(table).where(*is_held).values(attempt=table.attempt - 1, **freed))


def release_worker(database: Database, table: type[Leased], worker: str) -> None:
    """Free the rows of a worker that has ended, before their leases expire."""
    is_its = table.worker == worker
    with database.read() as session:
        if session.scalar(select(table.lease_token).where(is_its).limit(1)) is None:
            return
    with database.write() as session:
        session.execute(
            update(table).where(is_its).values(worker=None, lease_token=None, lease_until=None)
        )
