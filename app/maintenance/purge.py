"""Deletion of a project's data: jobs, files and everything that belongs to them."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.audit.log import Action, record
from app.configurations.models import Configuration
from app.db import Database
from app.files import deletions
from app.files import service as files
from app.files.deletions import BlobDeleter
from app.files.models import File, PendingUpload
from app.jobs import completion
from app.jobs import service as jobs
from app.jobs.models import Job, JobStatus
from app.labels import service as labels
from app.learning import service as learning
from app.lint import requests as lint
from app.maintenance.retention import delete_old_files, delete_old_jobs
from app.projects.service import require_project
from app.webhooks.models import SavedWebhook

BATCH = 500


@dataclass(slots=True)
class PurgeCounts:
    """How many rows and blobs were deleted, and how many blobs the store did not delete.

    A job is deleted with its items, results, webhooks and their log. `blobs` are the bytes of
    files and cache entries.
    """

    jobs: int = 0
    files: int = 0
    blobs: int = 0
    configurations: int = 0
    webhooks: int = 0
    pending_uploads: int = 0
    labels: int = 0
    blobs_left: int = 0


def purge_project(
    database: Database,
    deleter: BlobDeleter,
    project_id: UUID,
    older_than: timedelta | None,
    *,
    actor: str,
) -> PurgeCounts:
    """Delete a project's jobs and files; with `older_than` only older ones that have ended.

    Without `older_than`, running jobs are cancelled first, and labels with what was learned from
    them, saved configurations and webhooks are deleted too; with it, labels of deleted files only.
    The project and its keys stay. The audit log gets an event for each job and file, and one with
    the counts. Raises NotFound.
    """
    with database.read() as session:
        require_project(session, project_id)
    counts = PurgeCounts()
    if older_than is None:
        _delete_jobs(database, project_id, counts, actor)
        _delete_labels(database, project_id, counts)
        _delete_files(database, project_id, counts, actor)
        _delete_saved(database, project_id, counts)
    else:
        while count := delete_old_jobs(database, older_than, BATCH, project_id, actor=actor):
            counts.jobs += count
        while count := delete_old_files(database, older_than, BATCH, project_id, actor=actor):
            counts.files += count
    counts.blobs = deleter.delete_of_project(project_id)
    counts.blobs_left = deletions.count_left(database, project_id)
    seconds = None if older_than is None else int(older_than.total_seconds())
    with database.write() as session:
        record(
            session,
            Action.PROJECT_PURGED,
            actor=actor,
            project_id=project_id,
            subject=project_id,
            details={**asdict(counts), "older_than_seconds": seconds},
        )
    return counts


def _delete_jobs(database: Database, project_id: UUID, counts: PurgeCounts, actor: str) -> None:
    query = select(Job.id, Job.status).where(Job.project_id == project_id).limit(BATCH)
    while True:
        with database.read() as session:
            rows = session.execute(query).all()
        if not rows:
            return
        for row in rows:
            with database.write() as session:
                if row.status == JobStatus.PENDING:
                    completion.cancel(session, row.id, actor=actor)
                counts.jobs += jobs.discard(session, row.id, actor=actor)


def _delete_labels(database: Database, project_id: UUID, counts: PurgeCounts) -> None:
    # Before the files, with which they would go uncounted. Files of other projects have some, too.
    with database.write() as session:
        counts.labels = labels.discard_of_project(session, project_id)
        learning.discard_of_project(session, project_id)


def _delete_files(database: Database, project_id: UUID, counts: PurgeCounts, actor: str) -> None:
    query = select(File.id).where(File.project_id == project_id).limit(BATCH)
    while True:
        with database.read() as session:
            file_ids = session.scalars(query).all()
        if not file_ids:
            return
        for file_id in file_ids:
            with database.write() as session:
                counts.files += bool(files.discard(session, file_id, actor=actor))


def _delete_saved(database: Database, project_id: UUID, counts: PurgeCounts) -> None:
    with database.write() as session:
        counts.configurations = _delete_rows(session, Configuration, project_id)
        counts.webhooks = _delete_rows(session, SavedWebhook, project_id)
        counts.pending_uploads = _delete_rows(session, PendingUpload, project_id)
        lint.discard_of_project(session, project_id)


def _delete_rows(
    session: Session, table: type[Configuration | SavedWebhook | PendingUpload], project_id: UUID
) -> int:
    """Delete the rows of a project; return how many."""
    deleted = delete(table).where(table.project_id == project_id).returning(table.id)
    return len(session.scalars(deleted).all())
