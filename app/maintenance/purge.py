"""Deleting what a project has: jobs and files with all that hangs on them, down to the bytes."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from app.audit.log import Action, record
from app.configurations.models import Configuration
from app.db import Database
from app.files import service as files
from app.files.cache import FileCache
from app.files.models import CacheEntry, File, PendingUpload
from app.jobs import completion
from app.jobs import service as jobs
from app.jobs.models import Job, JobStatus
from app.maintenance.retention import delete_old_files, delete_old_jobs
from app.projects.service import require_project
from app.webhooks.models import SavedWebhook

BATCH = 500


@dataclass(slots=True)
class Purged:
    """How many rows went, and how many blobs are still to go: the store did not delete them.

    With a job go its items, results and webhooks with their log. `blobs` are bytes and cache.
    """

    jobs: int = 0
    files: int = 0
    blobs: int = 0
    configurations: int = 0
    webhooks: int = 0
    promised_files: int = 0
    blobs_left: int = 0


def purge_project(
    database: Database,
    cache: FileCache,
    project_id: UUID,
    older_than: timedelta | None,
    *,
    actor: str,
) -> Purged:
    """Delete a project's jobs and files, with `older_than` only those that are older and done.

    Without it jobs that run are cancelled first, and saved configurations and webhooks go too;
    the project and its keys stay. Each job and file, and at the end the counts, are written into
    the audit log. Raises NotFound.
    """
    with database.read() as session:
        require_project(session, project_id)
    purged = Purged()
    if older_than is None:
        _delete_all(database, project_id, purged, actor)
    else:
        while count := delete_old_jobs(database, older_than, BATCH, project_id, actor=actor):
            purged.jobs += count
        while count := delete_old_files(database, older_than, BATCH, project_id, actor=actor):
            purged.files += count
    before = _blobs_left(database, project_id)
    last: UUID | None = None
    while (last := cache.purge_after(BATCH, project_id, last).last) is not None:
        pass
    purged.blobs_left = _blobs_left(database, project_id)
    purged.blobs = before - purged.blobs_left
    with database.write() as session:
        record(
            session,
            Action.PROJECT_PURGED,
            actor=actor,
            project_id=project_id,
            subject=project_id,
            details={
                **asdict(purged),
                "older_than_seconds": (
                    None if older_than is None else int(older_than.total_seconds())
                ),
            },
        )
    return purged


def find_blobs_left(database: Database, project_id: UUID, limit: int) -> Sequence[str]:
    """Return the keys of up to `limit` blobs of a project whose files are deleted."""
    with database.read() as session:
        return session.scalars(
            select(CacheEntry.blob_key)
            .where(CacheEntry.project_id == project_id, CacheEntry.file_id.is_(None))
            .order_by(CacheEntry.id)
            .limit(limit)
        ).all()


def _delete_all(database: Database, project_id: UUID, purged: Purged, actor: str) -> None:
    while True:
        with database.read() as session:
            rows = session.execute(
                select(Job.id, Job.status).where(Job.project_id == project_id).limit(BATCH)
            ).all()
        for row in rows:
            with database.write() as session:
                if row.status == JobStatus.PENDING:
                    completion.cancel(session, row.id, actor=actor)
                purged.jobs += jobs.discard(session, row.id, actor=actor)
        if not rows:
            break
    while True:
        with database.read() as session:
            query = select(File.id).where(File.project_id == project_id).limit(BATCH)
            file_ids = session.scalars(query).all()
        for file_id in file_ids:
            with database.write() as session:
                purged.files += bool(files.discard(session, file_id, actor=actor))
        if not file_ids:
            break
    with database.write() as session:
        counts = [
            len(session.scalars(delete(table).where(whose == project_id).returning(key)).all())
            for table, whose, key in (
                (Configuration, Configuration.project_id, Configuration.id),
                (SavedWebhook, SavedWebhook.project_id, SavedWebhook.id),
                (PendingUpload, PendingUpload.project_id, PendingUpload.id),
            )
        ]
    purged.configurations, purged.webhooks, purged.promised_files = counts


def _blobs_left(database: Database, project_id: UUID) -> int:
    with database.read() as session:
        query = select(func.count()).where(
            CacheEntry.project_id == project_id, CacheEntry.file_id.is_(None)
        )
        return session.scalar(query) or 0
