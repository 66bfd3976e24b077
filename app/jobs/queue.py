"""The queue of items: claim, renew, finish, release.

A claim writes a random token, the fencing token, into the item's row. Every later change has the
token as a condition, so that a worker whose lease was given to another worker changes nothing.
An item, its result and the job's counters change in one transaction, the job's row last, because
every item of the job needs it. A worker that continues claims its next item in the same
transaction: on a disk the commit takes longer than a file that is known.

The statements that run for each item are built once: building them took most of their time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Executable, Row, Select, Uuid, bindparam, insert, select, update
from sqlalchemy.orm import Session

from app.audit.log import WORKER, Action, record
from app.db import Database, now, table_of
from app.files.models import File
from app.jobs.completion import ENDED_COLUMNS, Classified, add_to_counters, ended_values
from app.jobs.languages import requested_language
from app.jobs.models import Item, ItemStatus, Job, Result
from app.jobs.pages import PageSelection
from app.jobs.turns import (
    UNASSIGNED,
    ProjectTurns,
    Share,
    assign_projects,
    find_shares,
    has_status,
)
from app.jobs.values import Example, FileFailure, Rule, read_examples
from app.webhooks.events import JobState, enqueue_deliveries

_ITEMS, _JOBS, _FILES = table_of(Item), table_of(Job), table_of(File)

_CANDIDATE = (
    select(_ITEMS.c.id)
    .where(has_status(ItemStatus.QUEUED), _ITEMS.c.project_id == bindparam("project", type_=Uuid()))
    .order_by(_ITEMS.c.ordinal, _ITEMS.c.job_id)
    .limit(1)
)

_HELD = (
    _ITEMS.c.id == bindparam("item_id"),
    _ITEMS.c.lease_token == bindparam("token"),
    _ITEMS.c.status == ItemStatus.RUNNING,
)


def _lease(candidate: Select[UUID]) -> Executable:
    """Lease the candidate, if it still exists; return its id, job and file."""
    return (
        update(_ITEMS)
        # No other condition: the candidate's row is locked already, and with the status repeated
        # here Postgres may search the whole queue for the id.
        .where(_ITEMS.c.id == candidate.scalar_subquery())
        .values(
            status=ItemStatus.RUNNING,
            worker=bindparam("worker_name"),
            lease_token=bindparam("token"),
            lease_until=bindparam("until"),
            attempt=_ITEMS.c.attempt + 1,
            updated_at=bindparam("moment"),
        )
        .returning(
            _ITEMS.c.id, _ITEMS.c.job_id, _ITEMS.c.attempt, _ITEMS.c.file_name, _ITEMS.c.file_id
        )
    )


_LEASE = _lease(_CANDIDATE)
# On Postgres other workers take the next item instead of waiting for this one.
_LEASE_UNLOCKED = _lease(_CANDIDATE.with_for_update(skip_locked=True))
# What a claim needs of the job and of the file, which may have been deleted.
_WORK = (
    select(
        _JOBS.c.project_id,
        _JOBS.c.rules,
        _JOBS.c.mode,
        _JOBS.c.lang,
        _JOBS.c.given_lang,
        _JOBS.c.max_pages,
        _JOBS.c.target_pages,
        _JOBS.c.request_id,
        _JOBS.c.owes_running.label("notify_running"),
        _JOBS.c.min_confidence,
        _JOBS.c.learn,
        _JOBS.c.examples,
        _FILES.c.blob_key,
    )
    .select_from(_ITEMS.join(_JOBS).outerjoin(_FILES, _FILES.c.id == _ITEMS.c.file_id))
    .where(_ITEMS.c.id == bindparam("item_id"))
)
_RENEW = update(_ITEMS).where(*_HELD).values(lease_until=bindparam("until")).returning(_ITEMS.c.id)
_HOLDS = select(_ITEMS.c.id).where(*_HELD)
_FINISH = (
    update(_ITEMS)
    .where(*_HELD)
    .values({name: bindparam(f"new_{name}") for name in ENDED_COLUMNS})
    .returning(_ITEMS.c.id)
)
_RELEASE = (
    update(_ITEMS)
    .where(*_HELD)
    .values(
        status=ItemStatus.QUEUED,
        attempt=_ITEMS.c.attempt - 1,
        lease_token=None,
        lease_until=None,
        worker=None,
    )
)
_INSERT_RESULT = insert(table_of(Result))


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
    learn: bool | None = None
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Claimer:
    """Who claims items, for how long, and the worker's own account of the projects' turns."""

    worker: str
    lease: timedelta
    turns: ProjectTurns


@dataclass(frozen=True, slots=True)
class Finished:
    """Whether an outcome was recorded, and the claim that was made with it."""

    is_recorded: bool
    following: Claim | None = None


def claim_next(
    database: Database, worker: str, lease: timedelta, turns: ProjectTurns | None = None
) -> Claim | None:
    """Lease the item that is next; None if none is queued.

    That is, of the project whose turn it is, the item with the lowest ordinal, of the oldest job:
    a job of one file never waits behind a job of five hundred. `turns` is the worker's own.
    """
    turns = turns or ProjectTurns()
    shares = None
    if database.is_sqlite:
        # Before the lock for writing, which an empty queue then does not take.
        with database.read() as session:
            shares = find_shares(session)
        if not shares:
            return None
    with database.write() as session:
        return _claim(session, Claimer(worker, lease, turns), shares)


def _claim(
    session: Session, claimer: Claimer, shares: Sequence[Share] | None = None
) -> Claim | None:
    """Lease the item that is next; `shares` are read where they are None."""
    token = uuid4()
    moment = now()
    leased = {
        "worker_name": claimer.worker,
        "token": token,
        "until": moment + claimer.lease,
        "moment": moment,
    }
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement = _LEASE if is_sqlite else _LEASE_UNLOCKED
    if shares is None:
        shares = find_shares(session)
    if any(share.project_id == UNASSIGNED for share in shares):
        assign_projects(session)
        shares = find_shares(session)
    for project_id in claimer.turns.order(shares):
        item = session.execute(statement, {**leased, "project": project_id}).one_or_none()
        # None: other workers have taken all that the project had queued.
        if item is not None:
            claimer.turns.take(project_id)
            break
    else:
        return None
    work = session.execute(_WORK, {"item_id": item.id}).one()
    if work.notify_running:
        _announce_running(session, item.job_id)
    return _claim_of(item, work, token)


def _claim_of(
    item: Row[UUID, UUID, int, str, UUID], work: Row[*tuple[Any, ...]], token: UUID
) -> Claim:
    return Claim(
        item_id=item.id,
        job_id=item.job_id,
        project_id=work.project_id,
        token=token,
        attempt=item.attempt,
        file_id=item.file_id,
        file_name=item.file_name,
        blob_key=work.blob_key,
        rules=tuple(Rule.from_json(rule) for rule in work.rules),
        mode=work.mode,
        lang=requested_language(work.lang, work.given_lang),
        pages=PageSelection.of(work.max_pages, work.target_pages),
        request_id=work.request_id,
        min_confidence=work.min_confidence,
        learn=work.learn,
        examples=read_examples(work.examples),
    )


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
    with database.write() as session:
        return session.execute(_RENEW, {**_held(claim), "until": now() + lease}).first() is not None


def holds(database: Database, claim: Claim) -> bool:
    """Tell whether a claim still holds its lease; only reads."""
    with database.read() as session:
        return session.execute(_HOLDS, _held(claim)).first() is not None


def _held(claim: Claim) -> dict[str, object]:
    return {"item_id": claim.item_id, "token": claim.token}


def finish(database: Database, claim: Claim, outcome: Classified | FileFailure) -> bool:
    """Record an item's outcome; False, and nothing changes, when the claim lost its lease."""
    return finish_and_claim(database, claim, outcome, None).is_recorded


def finish_and_claim(
    database: Database, claim: Claim, outcome: Classified | FileFailure, claimer: Claimer | None
) -> Finished:
    """Record an item's outcome, and lease the next item to the claimer if there is one.

    Nothing changes when the claim lost its lease.
    """
    ended = {f"new_{name}": value for name, value in ended_values(outcome).items()}
    with database.write() as session:
        if session.execute(_FINISH, {**_held(claim), **ended}).first() is None:
            return Finished(is_recorded=False)
        # After the own item, before the job's row, which every item of the job needs. Rows that
        # others hold are skipped, so that no two transactions wait for each other.
        following = None if claimer is None else _claim(session, claimer)
        if isinstance(outcome, Classified):
            _insert_result(session, claim, outcome)
        add_to_counters(
            session, claim.job_id, ended=1, failed=int(isinstance(outcome, FileFailure))
        )
    return Finished(True, following)


def _insert_result(session: Session, claim: Claim, outcome: Classified) -> None:
    verdict = outcome.verdict
    session.execute(
        _INSERT_RESULT,
        {
            "item_id": claim.item_id,
            "type": verdict.type,
            "confidence": verdict.confidence,
            "reasoning": verdict.reasoning,
            "engine_version": outcome.engine_version,
            "candidates": [each.to_json() for each in verdict.candidates],
            "evidence": [each.to_json() for each in verdict.evidence],
        },
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


def release(database: Database, claim: Claim) -> None:
    """Put an item back into the queue; the attempt does not count."""
    with database.write() as session:
        session.execute(_RELEASE, _held(claim))
