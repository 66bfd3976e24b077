"""Jobs of one file, as version 2 of the API knows them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import Conflict, NotFound
from app.jobs import completion, service
from app.jobs.models import Item, ItemStatus, Job, JobStatus, Result
from app.jobs.service import NewJob
from app.paging import COUNT_CAP, Page, PageRequest, cut
from app.projects.scope import Scope
from app.secrets import Secrets

API_VERSION = 2


class SingleStatus(StrEnum):
    """PENDING and RUNNING are told apart by the file; every other status is final."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


# One file cannot succeed in part.
ENDED = {
    JobStatus.SUCCESS: SingleStatus.COMPLETED,
    JobStatus.ERROR: SingleStatus.FAILED,
    JobStatus.CANCELLED: SingleStatus.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class SingleJob:
    """A job with its file's verdict, or with its error (a code and a sentence), or neither yet."""

    job: Job
    file_id: UUID
    file_name: str
    status: SingleStatus
    verdict: tuple[str | None, float, str] | None
    error: tuple[str, str] | None
    candidates: list[dict[str, Any]] | None = None
    evidence: list[dict[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs a listing shows; None means any. Both moments are included."""

    status: SingleStatus | None = None
    job_ids: tuple[UUID, ...] | None = None
    configuration_id: UUID | None = None
    created_from: datetime | None = None
    created_until: datetime | None = None


def create(
    database: Database, scope: Scope, secrets: Secrets, new: NewJob, deadline: timedelta
) -> tuple[SingleJob, bool]:
    """Insert a job in a transaction of its own; return it, and whether it is new.

    It is not when another request with the same `transaction_id` was quicker. Raises NotFound
    when the file does not exist.
    """
    try:
        with database.write() as session:
            job = service.create(session, scope, secrets, new, deadline)
            return get(session, scope, job.id), True
    except IntegrityError:
        if new.transaction_id is None:
            raise
        with database.read() as session:
            first = find_by_transaction(session, scope, new.transaction_id)
        if first is None:
            raise
        return first, False


def get(session: Session, scope: Scope, job_id: UUID) -> SingleJob:
    """Return a job; raises NotFound."""
    row = session.execute(
        _jobs().where(Job.id == job_id, scope.covers(Job.project_id))
    ).one_or_none()
    if row is None:
        raise NotFound(f"Classify job {job_id} does not exist.")
    return _view(row)


def find_by_transaction(session: Session, scope: Scope, transaction_id: str) -> SingleJob | None:
    """Return the project's job with a `transaction_id`, None when there is none."""
    row = session.execute(
        _jobs().where(Job.project_id == scope.project_id, Job.transaction_id == transaction_id)
    ).one_or_none()
    return None if row is None else _view(row)


def find_page(
    session: Session, scope: Scope, wanted: JobFilter, request: PageRequest
) -> Page[SingleJob]:
    """Return a page of the project's jobs, the newest first."""
    query = _filter(_jobs().where(Job.project_id == scope.project_id), wanted)
    total = None
    if request.include_total:
        counted = query.with_only_columns(Job.id).limit(COUNT_CAP).subquery()
        total = session.scalar(select(func.count()).select_from(counted))
    if request.after is not None:
        query = query.where(tuple_(Job.created_at, Job.id) < request.after)
    query = query.order_by(Job.created_at.desc(), Job.id.desc()).limit(request.size + 1)
    rows = [_view(row) for row in session.execute(query)]
    return cut(rows, request, total, lambda single: (single.job.created_at, single.job.id))


def cancel(session: Session, scope: Scope, job_id: UUID) -> SingleJob:
    """End a job now and return it; raises NotFound, or Conflict when it has ended already."""
    job = service.get(session, scope, job_id, api_version=API_VERSION)
    is_open = job.status == JobStatus.PENDING
    if is_open:
        completion.cancel(session, job_id, actor=scope.principal.actor)
        session.expire(job)  # not refreshed: somebody may have deleted it meanwhile
    single = get(session, scope, job_id)
    if not is_open or single.status != SingleStatus.CANCELLED:
        raise Conflict(f"Classify job {job_id} has ended already: it is {single.status}.")
    return single


def remove(session: Session, scope: Scope, job_id: UUID) -> Job:
    """Delete an ended job and return what it was; raises NotFound, or Conflict if it runs."""
    return service.remove(session, scope, job_id, api_version=API_VERSION)


def _jobs() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Job,
            Item.file_id,
            Item.file_name,
            Item.status,
            Item.error_code,
            Item.error_message,
            Result.item_id,
            Result.type,
            Result.confidence,
            Result.reasoning,
            Result.candidates,
            Result.evidence,
        )
        .join(Item, (Item.job_id == Job.id) & (Item.ordinal == 0))
        .outerjoin(Result, Result.item_id == Item.id)
        .where(Job.api_version == API_VERSION)
    )


def _filter(query: Select[*tuple[Any, ...]], wanted: JobFilter) -> Select[*tuple[Any, ...]]:
    if wanted.status in (SingleStatus.PENDING, SingleStatus.RUNNING):
        runs = Item.status == ItemStatus.RUNNING
        is_wanted = runs if wanted.status == SingleStatus.RUNNING else ~runs
        query = query.where(Job.status == JobStatus.PENDING, is_wanted)
    elif wanted.status is not None:
        ours = next(ours for ours, wire in ENDED.items() if wire == wanted.status)
        query = query.where(Job.status == ours)
    if wanted.job_ids is not None:
        query = query.where(Job.id.in_(wanted.job_ids))
    if wanted.configuration_id is not None:
        query = query.where(Job.configuration_id == wanted.configuration_id)
    if wanted.created_from is not None:
        query = query.where(Job.created_at >= wanted.created_from)
    if wanted.created_until is not None:
        query = query.where(Job.created_at <= wanted.created_until)
    return query


def _view(row: Row[*tuple[Any, ...]]) -> SingleJob:
    job: Job = row.Job
    status = ENDED.get(JobStatus(job.status))
    if status is None:
        runs = row.status == ItemStatus.RUNNING
        status = SingleStatus.RUNNING if runs else SingleStatus.PENDING
    return SingleJob(
        job,
        row.file_id,
        row.file_name,
        status,
        None if row.item_id is None else (row.type, row.confidence, row.reasoning),
        None if row.error_code is None else (row.error_code, row.error_message or ""),
        row.candidates,
        row.evidence,
    )
