"""Rows that are tasks: a claim leases one by a token, which every later change needs.

A worker that dies leaves a lease that expires, and the next claim takes the row.
"""

from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, String, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db import Database, UtcDateTime, now


class Leased:
    """The columns of a table of tasks; a row is free while `lease_until` is null or past."""

    attempt: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    worker: Mapped[str | None] = mapped_column(String(255))
    lease_token: Mapped[UUID | None]
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


Row = TypeVar("Row", bound=Leased)


def is_free(table: type[Leased]) -> ColumnElement[bool]:
    """Return the condition that nobody works on a row."""
    return or_(table.lease_until.is_(None), table.lease_until < now())


def is_any(database: Database, free: Select[UUID]) -> bool:
    """Tell whether there is a free row, without the lock of a writer: nearly always there is none.

    `free` selects the ids of the free rows.
    """
    with database.read() as session:
        return session.scalar(free.limit(1)) is not None


def lease_first(
    session: Session, table: type[Row], free: Select[UUID], worker: str, lease: timedelta
) -> tuple[Row, UUID] | None:
    """Lease the first of the free rows for a worker and count the attempt; None without one.

    `free` selects their ids in order. Rows that others are about to lease are passed over. Returns
    the row and the token of the lease.
    """
    row_id = session.scalar(free.limit(1).with_for_update(skip_locked=True))
    if row_id is None:
        return None
    row = session.get_one(table, row_id)
    token = uuid4()
    row.attempt += 1
    row.worker, row.lease_token, row.lease_until = worker, token, now() + lease
    return row, token


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
