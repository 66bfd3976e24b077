"""The queue of items: claim, renew, finish, release.

A claim writes a random token, the fencing token, into the item's row. Every later change has the
token as a condition, so that a worker whose lease was given to another worker changes nothing.
An item, its result and the job's counters change in one transaction, the job's row last, because
every item of the job needs it.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, Select, insert, select, update
from sqlalchemy.orm import Session

from app.audit.log import WORKER, Action, record
from app.db import Database, now
from app.files.models import File
from app.jobs.completion import Classified, add_to_counters, ended_values
from app.jobs.languages import DEFAULT_LANGUAGE
from app.jobs.models import Item, ItemStatus, Job, Result
from app.jobs.pages import PageSelection
from app.jobs.values import Example, FileFailure, Rule, read_examples
from app.webhooks.events import JobState, enqueue_deliveries


@dataclass(frozen=True, slots=True)
class Claim:
    """A leased item, with everything that is needed to work on it.

    `blob_key` is None when the file was deleted, `lang` when the client gave no language.
    """

    item_id: UUID
    job_id: UUID
    project_id: UUID
    token: UUID
    attempt: int
    file_id: UUID
    file_name: str
    blob_key: str | None
    rules: tuple[Rule, ...]
    mode: str
    lang: str | None
    pages: PageSelection
    request_id: str | None = None
    min_confidence: float | None = None
    examples: tuple[Example, ...] = ()


def claim_next(database: Database, worker: str, lease: timedelta) -> Claim | None:
    """Lease the queued item with the lowest ordinal, of the oldest job; None if none is queued.

    By this order a job of one file never waits behind a job of five hundred.
    """
    candidate = (
        select(Item.id)
        .where(Item.status == ItemStatus.QUEUED)
        .order_by(Item.ordinal, Item.job_id)
        .limit(1)
    )
    if database.is_sqlite:
        # A read first: an empty queue then costs no lock for writing.
        with database.read() as session:
            if session.scalar(candidate) is None:
                return None
    else:
        candidate = candidate.with_for_update(skip_locked=True)
    token = uuid4()
    with database.write() as session:
        item = _lease(session, candidate, worker, token, lease)
        if item is None:
            return None
        job = _read_job(session, item.job_id)
        blob_key = session.scalar(select(File.blob_key).where(File.id == item.file_id))
        if job.notify_running:
            _announce_running(session, item.job_id)
    return Claim(
        item_id=item.id,
        job_id=item.job_id,
        project_id=job.project_id,
        token=token,
        attempt=item.attempt,
        file_id=item.file_id,
        file_name=item.file_name,
        blob_key=blob_key,
        rules=tuple(Rule.from_json(rule) for rule in job.rules),
        mode=job.mode,
        lang=None if job.given_lang is None and job.lang == DEFAULT_LANGUAGE else job.lang,
        pages=PageSelection(
            job.max_pages, None if job.target_pages is None else tuple(job.target_pages)
        ),
        request_id=job.request_id,
        min_confidence=job.min_confidence,
        examples=read_examples(job.examples),
    )


def _lease(
    session: Session, candidate: Select[UUID], worker: str, token: UUID, lease: timedelta
) -> Row[UUID, UUID, int, str, UUID] | None:
    """Lease the candidate, if it still exists, to a worker; return its id, job and file."""
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
    """Return the fields of a job that a claim needs."""
    return session.execute(
        select(
            Job.project_id,
            Job.rules,
            Job.mode,
            Job.lang,
            Job.given_lang,
            Job.max_pages,
            Job.target_pages,
            Job.request_id,
            Job.notify_running,
            Job.min_confidence,
            Job.examples,
        ).where(Job.id == job_id)
    ).one()


def _announce_running(session: Session, job_id: UUID) -> None:
    """Enqueue the event of a job's first claim; of two concurrent claims only one does."""
    first = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.notify_running)
        .values(notify_running=False)
        .returning(Job.id)
    ).one_or_none()
    if first is not None:
        enqueue_deliveries(session, job_id, JobState.RUNNING)


def renew(database: Database, claim: Claim, lease: timedelta) -> bool:
    """Extend a lease; False when the claim no longer holds it."""
    moment = now()
    with database.write() as session:
        rows = session.execute(
            update(Item)
            .where(*_is_held(claim))
            .values(lease_until=moment + lease)
            .returning(Item.id)
        ).all()
    return bool(rows)


def holds(database: Database, claim: Claim) -> bool:
    """Tell whether a claim still holds its lease; only reads."""
    with database.read() as session:
        return session.scalar(select(Item.id).where(*_is_held(claim))) is not None


def _is_held(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return (
        Item.id == claim.item_id,
        Item.lease_token == claim.token,
        Item.status == ItemStatus.RUNNING,
    )


def finish(database: Database, claim: Claim, outcome: Classified | FileFailure) -> bool:
    """Record an item's outcome; False, and nothing changes, when the claim lost its lease."""
    with database.write() as session:
        row = session.execute(
            update(Item).where(*_is_held(claim)).values(ended_values(outcome)).returning(Item.id)
        ).one_or_none()
        if row is None:
            return False
        if isinstance(outcome, Classified):
            verdict = outcome.verdict
            session.execute(
                insert(Result).values(
                    item_id=claim.item_id,
                    type=verdict.type,
                    confidence=verdict.confidence,
                    reasoning=verdict.reasoning,
                    engine_version=outcome.engine_version,
                    candidates=[each.to_json() for each in verdict.candidates],
                    evidence=[each.to_json() for each in verdict.evidence],
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
        add_to_counters(
            session, claim.job_id, ended=1, failed=int(isinstance(outcome, FileFailure))
        )
    return True


def release(database: Database, claim: Claim) -> None:
    """Put an item back into the queue; the attempt does not count."""
    with database.write() as session:
        session.execute(
            update(Item)
            .where(*_is_held(claim))
            .values(
                status=ItemStatus.QUEUED,
                attempt=Item.attempt - 1,
                lease_token=None,
                lease_until=None,
                worker=None,
            )
        )
