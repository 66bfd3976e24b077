"""How an item changes hands: claim, renew, finish, release.

A lease names its holder by a random token, the fence: whoever comes back after its lease was
given to another finds that the token is no longer the row's, and changes nothing. An item, its
result and the job's counters change in one transaction, the job's row last, because every item
of the job needs it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, Select, insert, select, update
from sqlalchemy.orm import Session

from app.audit.log import WORKER, Action, record
from app.db import Database, now
from app.files.models import File
from app.jobs.completion import Classified, Failed, add_to_counters, ended_values
from app.jobs.models import Item, ItemStatus, Job, Result
from app.jobs.pages import PageSelection
from app.webhooks.events import JobState, enqueue_deliveries


@dataclass(frozen=True, slots=True)
class Claim:
    """An item in our hands, with all that is needed to work on it."""

    item_id: UUID
    job_id: UUID
    project_id: UUID
    token: UUID
    attempt: int
    file_id: UUID
    file_name: str
    blob_key: str | None
    rules: tuple[tuple[str, str], ...]
    mode: str
    lang: str
    pages: PageSelection
    request_id: str | None = None
    min_confidence: float | None = None
    # As the job stores them, by type.
    examples: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)


def claim_next(database: Database, worker: str, lease: timedelta) -> Claim | None:
    """Take the open item with the lowest ordinal in its job, then of the oldest job.

    So a job of one file never waits behind a job of five hundred. None when nothing is open.
    """
    candidate = (
        select(Item.id)
        .where(Item.status == ItemStatus.QUEUED)
        .order_by(Item.ordinal, Item.job_id)
        .limit(1)
    )
    if database.is_sqlite:
        # Looking first costs no writer's lock when there is nothing to take.
        with database.read() as session:
            if session.scalar(candidate) is None:
                return None
    else:
        candidate = candidate.with_for_update(skip_locked=True)
    token = uuid4()
    with database.write() as session:
        item = _take(session, candidate, worker, token, lease)
        if item is None:
            return None
        job = _read_job(session, item.job_id)
        blob_key = session.scalar(select(File.blob_key).where(File.id == item.file_id))
        if job.notify_running:
            _tell_of_running(session, item.job_id)
    return Claim(
        item_id=item.id,
        job_id=item.job_id,
        project_id=job.project_id,
        token=token,
        attempt=item.attempt,
        file_id=item.file_id,
        file_name=item.file_name,
        blob_key=blob_key,
        rules=tuple((rule["type"], rule["description"]) for rule in job.rules),
        mode=job.mode,
        lang=job.lang,
        pages=PageSelection(
            job.max_pages, None if job.target_pages is None else tuple(job.target_pages)
        ),
        request_id=job.request_id,
        min_confidence=job.min_confidence,
        examples=job.examples or {},
    )


def _take(
    session: Session, candidate: Select[UUID], worker: str, token: UUID, lease: timedelta
) -> Row[UUID, UUID, int, str, UUID] | None:
    """Give the candidate, if there still is one, to a worker; return its id, job and file."""
    moment = now()
    return session.execute(
        update(Item)
        # No other condition: the candidate's row is locked already, and with the status repeated
        # here Postgres may search the whole queue for the id.
        .where(Item.id == candidate.scalar_subquery())
        .values(
            status=ItemStatus.RUNNING,
            worker=worker,
            lease_token=token,
            lease_until=moment + lease,
            attempt=Item.attempt + 1,
            updated_at=moment,
        )
        .returning(Item.id, Item.job_id, Item.attempt, Item.file_name, Item.file_id)
    ).one_or_none()


def _read_job(session: Session, job_id: UUID) -> Row[*tuple[Any, ...]]:
    """Return what a worker has to know of a job."""
    return session.execute(
        select(
            Job.project_id,
            Job.rules,
            Job.mode,
            Job.lang,
            Job.max_pages,
            Job.target_pages,
            Job.request_id,
            Job.notify_running,
            Job.min_confidence,
            Job.examples,
        ).where(Job.id == job_id)
    ).one()


def _tell_of_running(session: Session, job_id: UUID) -> None:
    """Owe the event of a job's first claim; of two workers at once, one finds it owed already."""
    first = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.notify_running)
        .values(notify_running=False)
        .returning(Job.id)
    ).one_or_none()
    if first is not None:
        enqueue_deliveries(session, job_id, JobState.RUNNING)


def renew(database: Database, claim: Claim, lease: timedelta) -> bool:
    """Prolong a lease; False when it is no longer ours."""
    moment = now()
    with database.write() as session:
        rows = session.execute(
            update(Item)
            .where(*_is_ours(claim))
            .values(lease_until=moment + lease)
            .returning(Item.id)
        ).all()
    return bool(rows)


def holds(database: Database, claim: Claim) -> bool:
    """Tell whether a claim is still ours; costs the database no write."""
    with database.read() as session:
        return session.scalar(select(Item.id).where(*_is_ours(claim))) is not None


def _is_ours(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return (
        Item.id == claim.item_id,
        Item.lease_token == claim.token,
        Item.status == ItemStatus.RUNNING,
    )


def finish(database: Database, claim: Claim, outcome: Classified | Failed) -> bool:
    """Record an item's outcome; False, and nothing changed, when the lease is no longer ours."""
    with database.write() as session:
        row = session.execute(
            update(Item).where(*_is_ours(claim)).values(ended_values(outcome)).returning(Item.id)
        ).one_or_none()
        if row is None:
            return False
        if isinstance(outcome, Classified):
            session.execute(
                insert(Result).values(
                    item_id=claim.item_id,
                    type=outcome.type,
                    confidence=outcome.confidence,
                    reasoning=outcome.reasoning,
                    engine_version=outcome.engine_version,
                    candidates=list(outcome.candidates),
                    evidence=list(outcome.evidence),
                )
            )
            record(
                session,
                Action.RESULT_RECORDED,
                actor=WORKER,
                project_id=claim.project_id,
                subject=claim.item_id,
                engine_version=outcome.engine_version,
                details={"job_id": str(claim.job_id), "file_id": str(claim.file_id)},
            )
        add_to_counters(session, claim.job_id, ended=1, failed=int(isinstance(outcome, Failed)))
    return True


def release(database: Database, claim: Claim) -> None:
    """Give an item back untried: its attempt does not count."""
    with database.write() as session:
        session.execute(
            update(Item)
            .where(*_is_ours(claim))
            .values(
                status=ItemStatus.QUEUED,
                attempt=Item.attempt - 1,
                lease_token=None,
                lease_until=None,
                worker=None,
            )
        )
