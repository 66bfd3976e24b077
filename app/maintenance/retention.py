"""Deleting what is older than it is to be kept: jobs with their results, files with their bytes.

A project's own retention wins over the settings, which are for all other projects.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select

from app.audit.log import SERVER
from app.db import Database, first_id, now
from app.files import service as files
from app.files.models import File
from app.jobs import service as jobs
from app.jobs.models import Item, ItemStatus, Job, JobStatus
from app.projects.models import Project


@dataclass(slots=True)
class Deleted:
    """How many were deleted."""

    jobs: int = 0
    files: int = 0

    def __bool__(self) -> bool:
        return bool(self.jobs or self.files)


def delete_old_jobs(
    database: Database,
    age: timedelta,
    limit: int,
    project_id: UUID | None = None,
    *,
    actor: str = SERVER,
) -> int:
    """Delete ended jobs created longer ago than `age`, the oldest first; return how many.

    Of one project, or else of all that have no retention of their own.
    """
    old = _oldest(database, Job, age, limit, project_id, Job.status != JobStatus.PENDING)
    for job_id in old:
        # One at a time: each may have hundreds of items.
        with database.write() as session:
            jobs.discard(session, job_id, actor=actor)
    return len(old)


def delete_old_files(
    database: Database,
    age: timedelta,
    limit: int,
    project_id: UUID | None = None,
    *,
    actor: str = SERVER,
) -> int:
    """Delete files uploaded longer ago than `age` that no job waits for; return how many.

    Of one project, or else of all that have no retention of their own. Their bytes and caches
    go when the sweeper tidies cache.
    """
    is_awaited = exists().where(
        Item.file_id == File.id, Item.status.in_((ItemStatus.QUEUED, ItemStatus.RUNNING))
    )
    old = _oldest(database, File, age, limit, project_id, ~is_awaited)
    for file_id in old:
        with database.write() as session:
            files.discard(session, file_id, actor=actor)
    return len(old)


def apply_project_retention(database: Database, limit: int) -> Deleted:
    """Delete what projects with a retention of their own no longer keep, up to `limit` of each."""
    with database.read() as session:
        rules = session.execute(
            select(Project.id, Project.retention_days).where(Project.retention_days > 0)
        ).all()
    deleted = Deleted()
    for project_id, days in rules:
        age = timedelta(days=days or 0)
        if deleted.jobs < limit:
            deleted.jobs += delete_old_jobs(database, age, limit - deleted.jobs, project_id)
        if deleted.files < limit:
            deleted.files += delete_old_files(database, age, limit - deleted.files, project_id)
    return deleted


def _oldest(
    database: Database,
    table: type[Job | File],
    age: timedelta,
    limit: int,
    project_id: UUID | None,
    is_done: ColumnElement[bool],
) -> Sequence[UUID]:
    """Return the ids of rows older than `age` that are done, the oldest first."""
    before = now() - age
    if project_id is None:
        belongs = ~exists().where(
            table.project_id == Project.id, Project.retention_days.is_not(None)
        )
    else:
        belongs = table.project_id == project_id
    query = (
        select(table.id)
        .where(table.id < first_id(before), table.created_at < before, is_done, belongs)
        .order_by(table.id)
        .limit(limit)
    )
    with database.read() as session:
        return session.scalars(query).all()
