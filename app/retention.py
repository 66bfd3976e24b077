"""Deleting what is older than it is to be kept: jobs with their results, files with their bytes."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, exists, select

from app.db import Database, now
from app.files import service as files
from app.files.models import File
from app.jobs.models import Item, ItemStatus, Job, JobStatus


def delete_old_jobs(database: Database, age: timedelta, limit: int) -> int:
    """Delete ended jobs created longer ago than `age`, the oldest first; return how many."""
    before = now() - age
    with database.read() as session:
        old = session.scalars(
            select(Job.id)
            .where(
                Job.id < _first_id(before),
                Job.created_at < before,
                Job.status != JobStatus.PENDING,
            )
            .order_by(Job.id)
            .limit(limit)
        ).all()
    for job_id in old:
        # One at a time: each may have hundreds of items.
        with database.write() as session:
            session.execute(delete(Job).where(Job.id == job_id))
    return len(old)


def delete_old_files(database: Database, age: timedelta, limit: int) -> int:
    """Delete files uploaded longer ago than `age` that no job waits for; return how many.

    Their bytes and caches go when the sweeper tidies caches.
    """
    before = now() - age
    is_awaited = exists().where(
        Item.file_id == File.id, Item.status.in_((ItemStatus.QUEUED, ItemStatus.RUNNING))
    )
    with database.read() as session:
        old = session.scalars(
            select(File.id)
            .where(File.id < _first_id(before), File.created_at < before, ~is_awaited)
            .order_by(File.id)
            .limit(limit)
        ).all()
    for file_id in old:
        with database.write() as session:
            files.discard(session, file_id)
    return len(old)


def _first_id(moment: datetime) -> UUID:
    """Return the lowest id that a row made at this moment can have.

    Ids begin with their milliseconds, so that their index finds old rows without another one.
    """
    return UUID(int=int(moment.timestamp() * 1000) << 80)
