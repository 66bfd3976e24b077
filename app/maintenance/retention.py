"""Retention: deletion of old jobs with their results and of old files with their bytes.

A project with its own retention does not follow the settings.
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
class DeletedCounts:
    """How many jobs and files were deleted."""

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
    """Delete ended jobs older than `age`, up to `limit`, oldest first; return how many.

    `project_id` None means all projects without their own retention.
    """
    old = _oldest(database, Job, age, limit, project_id, Job.status != JobStatus.PENDING)
    for job_id in old:
        # One job for each transaction: it may have hundreds of items.
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
    """Delete files older than `age` that no open item needs, up to `limit`; return how many.

    `project_id` None means all projects without their own retention. The sweeper deletes
    their blobs later.
    """
    is_needed = exists().where(
        Item.file_id == File.id, Item.status.in_((ItemStatus.QUEUED, ItemStatus.RUNNING))
    )
    old = _oldest(database, File, age, limit, project_id, ~is_needed)
    for file_id in old:
        with database.write() as session:
            files.discard(session, file_id, actor=actor)
    return len(old)


def apply_project_retention(database: Database, limit: int) -> DeletedCounts:
    """Apply the retention of each project that has one, up to `limit` jobs and `limit` files."""
    with database.read() as session:
        projects = session.execute(
            select(Project.id, Project.retention_days).where(Project.retention_days > 0)
        ).all()
    deleted = DeletedCounts()
    for project_id, days in projects:
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
    is_finished: ColumnElement[bool],
) -> Sequence[UUID]:
    """Return the ids of finished rows older than `age`, oldest first."""
    before = now() - age
    if project_id is None:
        is_covered = ~exists().where(
            table.project_id == Project.id, Project.retention_days.is_not(None)
        )
    else:
        is_covered = table.project_id == project_id
    query = (
        select(table.id)
        .where(table.id < first_id(before), table.created_at < before, is_finished, is_covered)
        .order_by(table.id)
        .limit(limit)
    )
    with database.read() as session:
        return session.scalars(query).all()
