"""Jobs of version 2 of the API, which have one file each."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import Conflict
from app.jobs import completion, service
from app.jobs.models import Item, ItemStatus, Job, JobStatus, Result
from app.jobs.service import ITEM_COLUMNS, ItemView, NewJob, view_item
from app.jobs.values import ApiVersion
from app.paging import Page, PageRequest, find_newest_rows
from app.projects.scope import Scope
from app.secrets import Secrets


class SingleStatus(StrEnum):
    """PENDING and RUNNING differ by the status of the item; every other status is final."""

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
    """A job, its one item, and the status that version 2 gives it."""

    job: Job
    item: ItemView
    status: SingleStatus


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs a listing shows; None means any. Both moments are inclusive."""

    status: SingleStatus | None = None
    job_ids: tuple[UUID, ...] | None = None
    configuration_id: UUID | None = None
    created_from: datetime | None = None
    created_until: datetime | None = None


def create(database: Database, scope: Scope, secrets: Secrets, new: NewJob) -> SingleJob:
    """Insert and commit a job, or return the existing job of the same `transaction_id`.

    Raises NotFound when the file does not exist.
    """
    try:
        with database.write() as session:
            job = service.create(session, scope, secrets, new)
            return get(session, scope, job.id)
    except IntegrityError:
        if new.transaction_id is None:
            raise
        with database.read() as session:
            first = find_by_transaction(session, scope, new.transaction_id)
        if first is None:
            raise
        return first


def get(session: Session, scope: Scope, job_id: UUID) -> SingleJob:
    """Return a job; raises NotFound."""
    row = session.execute(
        _jobs().where(Job.id == job_id, scope.covers(Job.project_id))
    ).one_or_none()
    if row is None:
        raise service.not_found(job_id)
    return _view(row)


def find_by_transaction(session: Session, scope: Scope, transaction_id: str) -> SingleJob | None:
    """Return the project's job with a `transaction_id`, None when there is none."""
    row = session.execute(
        _jobs().where(Job.project_id == scope.project_id, Job.transaction_id == transaction_id)
    ).one_or_none()
    return None if row is None else _view(row)


def find_page(
    session: Session, scope: Scope, filters: JobFilter, request: PageRequest
) -> Page[SingleJob]:
    """Return a page of the project's jobs, newest first."""
    query = _filter(_jobs().where(Job.project_id == scope.project_id), filters)
    return find_newest_rows(session, query, Job.created_at, Job.id, request).map(_view)


def cancel(session: Session, scope: Scope, job_id: UUID) -> SingleJob:
    """End a job now and return it; raises NotFound, or Conflict when it has ended already."""
    job = service.get(session, scope, job_id, ApiVersion.V2)
    is_open = job.status == JobStatus.PENDING
    if is_open:
        completion.cancel(session, job_id, actor=scope.principal.actor)
        session.expire(job)  # not `refresh`, which fails if the job was deleted meanwhile
    single = get(session, scope, job_id)
    if not is_open or single.status != SingleStatus.CANCELLED:
        raise Conflict(f"Classify job {job_id} has ended already: it is {single.status}.")
    return single


def remove(session: Session, scope: Scope, job_id: UUID) -> Job:
    """Delete an ended job and return its last state; raises NotFound, or Conflict if it runs."""
    return service.remove(session, scope, job_id, ApiVersion.V2)


def _jobs() -> Select[*tuple[Any, ...]]:
    return (
        select(Job, *ITEM_COLUMNS)
        .join(Item, (Item.job_id == Job.id) & (Item.ordinal == 0))
        .outerjoin(Result, Result.item_id == Item.id)
        .where(Job.api_version == ApiVersion.V2)
    )


def _filter(query: Select[*tuple[Any, ...]], filters: JobFilter) -> Select[*tuple[Any, ...]]:
    if filters.status in (SingleStatus.PENDING, SingleStatus.RUNNING):
        is_running = Item.status == ItemStatus.RUNNING
        matches = is_running if filters.status == SingleStatus.RUNNING else ~is_running
        query = query.where(Job.status == JobStatus.PENDING, matches)
    elif filters.status is not None:
        stored = next(stored for stored, shown in ENDED.items() if shown == filters.status)
        query = query.where(Job.status == stored)
    if filters.job_ids is not None:
        query = query.where(Job.id.in_(filters.job_ids))
    if filters.configuration_id is not None:
        query = query.where(Job.configuration_id == filters.configuration_id)
    if filters.created_from is not None:
        query = query.where(Job.created_at >= filters.created_from)
    if filters.created_until is not None:
        query = query.where(Job.created_at <= filters.created_until)
    return query


def _view(row: Row[*tuple[Any, ...]]) -> SingleJob:
    job, item = row.Job, view_item(row)
    status = ENDED.get(JobStatus(job.status))
    if status is None:
        is_running = item.status == ItemStatus.RUNNING
        status = SingleStatus.RUNNING if is_running else SingleStatus.PENDING
    return SingleJob(job, item, status)
