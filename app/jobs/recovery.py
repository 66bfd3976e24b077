"""Recovery of items whose worker was lost, and of jobs past their deadline."""

import logging
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, select, true, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.db import Database, now
from app.errors import FileErrorCode
from app.jobs.completion import add_to_counters, close_by_items, end_open_items, ended_values
from app.jobs.models import Item, ItemStatus, Job, JobStatus
from app.jobs.turns import has_status
from app.jobs.values import FileFailure
from app.observability import metrics
from app.paging import count_up_to

log = logging.getLogger(__name__)

OVERDUE = FileFailure(
    FileErrorCode.DEADLINE_EXCEEDED, "the job's deadline passed before this file was classified"
)
LOST = "no worker could finish this file: every worker that tried it died"


def requeue_expired(database: Database, max_attempts: int, limit: int = 500) -> int:
    """Requeue items whose lease has expired, up to `limit`; return how many were found.

    Like every requeue, ends an item with `worker_lost` after `max_attempts` attempts.
    """
    return _requeue(database, max_attempts, Item.lease_until < now(), "lease", limit)


def requeue_worker(database: Database, max_attempts: int, worker: str) -> int:
    """Requeue the items of a worker that has ended; return how many were found."""
    return _requeue(database, max_attempts, Item.worker == worker, "worker")


def requeue_all(database: Database, max_attempts: int) -> int:
    """Requeue every running item; return how many were found.

    For the start of a server that has locked its data directory: no other worker can exist.
    """
    return _requeue(database, max_attempts, true(), "start")


def _requeue(
    database: Database,
    max_attempts: int,
    is_lost: ColumnElement[bool],
    reason: str,
    limit: int | None = None,
) -> int:
    lost = (
        select(Item.id, Item.job_id, Item.attempt, Item.lease_token, Item.lease_until)
        .where(Item.status == ItemStatus.RUNNING, is_lost)
        .limit(limit)
    )
    with database.read() as session:
        rows = session.execute(lost).all()
    for row in rows:
        _requeue_one(database, row, max_attempts)
    metrics.ITEMS_REQUEUED.add(len(rows), reason)
    return len(rows)


def _requeue_one(
    database: Database, row: Row[UUID, UUID, int, UUID | None, datetime | None], max_attempts: int
) -> None:
    is_last = row.attempt >= max_attempts
    values = (
        ended_values(FileFailure(FileErrorCode.WORKER_LOST, LOST))
        if is_last
        else {
            "status": ItemStatus.QUEUED,
            "lease_token": None,
            "lease_until": None,
            "worker": None,
            "updated_at": now(),
        }
    )
    with database.write() as session:
        changed = session.execute(
            update(Item)
            .where(
                Item.id == row.id,
                Item.lease_token == row.lease_token,
                # Not if its worker has renewed the lease since.
                Item.lease_until == row.lease_until,
                Item.status == ItemStatus.RUNNING,
            )
            .values(values)
            .returning(Item.id)
        ).one_or_none()
        if changed is not None and is_last:
            add_to_counters(session, row.job_id, ended=1, failed=1)
    if changed is not None and is_last:
        metrics.FILE_ERRORS.add(1, FileErrorCode.WORKER_LOST.value)


def end_overdue(database: Database, limit: int = 100) -> int:
    """End jobs past their deadline: open items fail with `deadline_exceeded`.

    Returns how many were ended. Logs a job that cannot be ended and continues with the next.
    """
    with database.read() as session:
        overdue = session.scalars(
            select(Job.id)
            .where(Job.status == JobStatus.PENDING, Job.deadline_at < now())
            .order_by(Job.deadline_at)
            .limit(limit)
        ).all()
    return sum(_end_one(database, job_id) for job_id in overdue)


def _end_one(database: Database, job_id: UUID) -> bool:
    try:
        with database.write() as session:
            ended = end_open_items(session, job_id, OVERDUE)
            if ended:
                add_to_counters(session, job_id, ended=ended, failed=ended)
            else:
                close_by_items(session, job_id)
    except SQLAlchemyError:
        log.exception(
            "ending an overdue job failed; retrying at the next pass", extra={"job_id": str(job_id)}
        )
        return False
    metrics.JOBS_OVERDUE.add()
    metrics.FILE_ERRORS.add(ended, OVERDUE.code.value)
    return True


def count_open(database: Database, cap: int) -> int:
    """Return how many items are queued, at most `cap`."""
    with database.read() as session:
        # The order makes the planner use the queue's index. Without it the planner may read the
        # table, because it expects to find `cap` queued items soon.
        queued = select(Item.id).where(has_status(ItemStatus.QUEUED))
        return count_up_to(
            session, queued.order_by(Item.project_id, Item.ordinal, Item.job_id), cap
        )


def count_queued(session: Session, project_id: UUID, cap: int) -> int:
    """Return how many items of a project are queued, at most `cap`."""
    queued = select(Item.id).where(has_status(ItemStatus.QUEUED), Item.project_id == project_id)
    return count_up_to(session, queued.order_by(Item.ordinal, Item.job_id), cap)
