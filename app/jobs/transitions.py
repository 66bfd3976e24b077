"""How an item changes hands: claim, renew, finish, release, expire.

A lease names its holder by a random token, the fence: whoever comes back after its lease was
given to another finds that the token is no longer the row's, and changes nothing. An item, its
result and the job's counters change in one transaction, the job's row last, because every item
of the job needs it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from app.db import Database, now
from app.errors import FileErrorCode
from app.files.models import File
from app.jobs.models import Item, ItemStatus, Job, JobStatus, Result
from app.jobs.pages import PageSelection

NAMED_FAILURES = 20
LOST = "no worker could finish this file: each one that tried was lost"


@dataclass(frozen=True, slots=True)
class Claim:
    """An item in our hands, with all that is needed to work on it."""

    item_id: UUID
    job_id: UUID
    token: UUID
    attempt: int
    file_name: str
    blob_key: str | None
    rules: tuple[tuple[str, str], ...]
    mode: str
    lang: str
    pages: PageSelection


@dataclass(frozen=True, slots=True)
class Classified:
    """An item's verdict."""

    type: str | None
    confidence: float
    reasoning: str


@dataclass(frozen=True, slots=True)
class Failed:
    """An item's error: a code and a sentence to stand after the file's name."""

    code: FileErrorCode
    sentence: str


def claim_next(database: Database, worker: str, lease: timedelta) -> Claim | None:
    """Take the open item with the lowest ordinal in its job, then of the oldest job.

    So a job of one file never waits behind a job of five hundred. None when nothing is open.
    """
    is_open = Item.status == ItemStatus.QUEUED
    candidate = select(Item.id).where(is_open).order_by(Item.ordinal, Item.job_id).limit(1)
    # Looking costs a writer's lock on SQLite only when there is something to take.
    with database.read() as session:
        if session.scalar(candidate) is None:
            return None
    if not database.is_sqlite:
        candidate = candidate.with_for_update(skip_locked=True)
    token, moment = uuid4(), now()
    with database.write() as session:
        item = session.execute(
            update(Item)
            .where(Item.id == candidate.scalar_subquery(), is_open)
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
        if item is None:
            return None
        job = session.execute(
            select(Job.rules, Job.mode, Job.lang, Job.max_pages, Job.target_pages).where(
                Job.id == item.job_id
            )
        ).one()
        blob_key = session.scalar(select(File.blob_key).where(File.id == item.file_id))
    return Claim(
        item_id=item.id,
        job_id=item.job_id,
        token=token,
        attempt=item.attempt,
        file_name=item.file_name,
        blob_key=blob_key,
        rules=tuple((rule["type"], rule["description"]) for rule in job.rules),
        mode=job.mode,
        lang=job.lang,
        pages=PageSelection(
            job.max_pages, None if job.target_pages is None else tuple(job.target_pages)
        ),
    )


def renew(database: Database, item_id: UUID, token: UUID, lease: timedelta) -> bool:
    """Prolong a lease; False when it is no longer ours."""
    moment = now()
    with database.write() as session:
        rows = session.execute(
            update(Item)
            .where(
                Item.id == item_id,
                Item.lease_token == token,
                Item.status == ItemStatus.RUNNING,
            )
            .values(lease_until=moment + lease)
            .returning(Item.id)
        ).all()
    return bool(rows)


def finish(database: Database, claim: Claim, outcome: Classified | Failed) -> bool:
    """Record an item's outcome; False, and nothing changed, when the lease is no longer ours."""
    with database.write() as session:
        row = session.execute(
            update(Item)
            .where(
                Item.id == claim.item_id,
                Item.lease_token == claim.token,
                Item.status == ItemStatus.RUNNING,
            )
            .values(_ended(outcome))
            .returning(Item.id)
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
                )
            )
        _count(session, claim.job_id, ended=1, failed=int(isinstance(outcome, Failed)))
    return True


def release(database: Database, claim: Claim) -> None:
    """Give an item back untried: its attempt does not count."""
    with database.write() as session:
        session.execute(
            update(Item)
            .where(Item.id == claim.item_id, Item.lease_token == claim.token)
            .values(
                status=ItemStatus.QUEUED,
                attempt=Item.attempt - 1,
                lease_token=None,
                lease_until=None,
                worker=None,
            )
        )


def take_back(
    database: Database,
    max_attempts: int,
    *,
    worker: str | None = None,
    everything: bool = False,
    limit: int = 500,
) -> int:
    """Put lost workers' items back into the queue and return how many were looked at.

    Lost are those whose lease has run out, or all that `worker` held, or, with `everything`
    (a start on a data directory that nobody else can be using), all that anybody held.
    An item that has been lost `max_attempts` times ends with `worker_lost`.
    """
    lost = select(Item.id, Item.job_id, Item.attempt, Item.lease_token).where(
        Item.status == ItemStatus.RUNNING
    )
    if worker is not None:
        lost = lost.where(Item.worker == worker)
    elif not everything:
        lost = lost.where(Item.lease_until < now())
    with database.read() as session:
        rows = session.execute(lost.limit(limit)).all()
    for row in rows:
        _take_back_one(database, row, max_attempts)
    return len(rows)


def _take_back_one(
    database: Database, row: Row[UUID, UUID, int, UUID | None], max_attempts: int
) -> None:
    given_up = row.attempt >= max_attempts
    values = (
        _ended(Failed(FileErrorCode.WORKER_LOST, LOST))
        if given_up
        else {
            "status": ItemStatus.QUEUED,
            "lease_token": None,
            "lease_until": None,
            "worker": None,
            "updated_at": now(),
        }
    )
    with database.write() as session:
        changed = session.execute(
            update(Item)
            .where(
                Item.id == row.id,
                Item.lease_token == row.lease_token,
                Item.status == ItemStatus.RUNNING,
            )
            .values(values)
            .returning(Item.id)
        ).one_or_none()
        if changed is not None and given_up:
            _count(session, row.job_id, ended=1, failed=1)


def end_overdue(database: Database, limit: int = 100) -> int:
    """End jobs past their deadline: open items fail with `deadline_exceeded`."""
    with database.read() as session:
        overdue = session.scalars(
            select(Job.id)
            .where(Job.status == JobStatus.PENDING, Job.deadline_at < now())
            .limit(limit)
        ).all()
    outcome = Failed(FileErrorCode.DEADLINE_EXCEEDED, "the job's deadline passed before its turn")
    for job_id in overdue:
        with database.write() as session:
            ended = session.execute(
                update(Item)
                .where(
                    Item.job_id == job_id,
                    Item.status.in_((ItemStatus.QUEUED, ItemStatus.RUNNING)),
                )
                .values(_ended(outcome))
                .returning(Item.id)
            ).all()
            if ended:
                _count(session, job_id, ended=len(ended), failed=len(ended))
    return len(overdue)


def count_open(database: Database, cap: int) -> int:
    """Return how many items wait for a worker, counting to `cap` at most."""
    with database.read() as session:
        query = select(Item.id).where(Item.status == ItemStatus.QUEUED).limit(cap)
        return len(session.execute(query).all())


def _ended(outcome: Classified | Failed) -> dict[str, object]:
    values: dict[str, object] = {
        "status": ItemStatus.DONE,
        "lease_token": None,
        "lease_until": None,
        "updated_at": now(),
    }
    if isinstance(outcome, Failed):
        values |= {
            "status": ItemStatus.FAILED,
            "error_code": outcome.code.value,
            "error_message": outcome.sentence,
        }
    return values


def _count(session: Session, job_id: UUID, *, ended: int, failed: int) -> None:
    """Add to a job's counters; whoever ends the last item ends the job."""
    moment = now()
    counts = session.execute(
        update(Job)
        .where(Job.id == job_id)
        .values(
            ended_count=Job.ended_count + ended,
            failed_count=Job.failed_count + failed,
            updated_at=moment,
        )
        .returning(Job.ended_count, Job.failed_count, Job.file_count)
    ).one()
    if counts.ended_count < counts.file_count:
        return
    session.execute(
        update(Job)
        .where(Job.id == job_id, Job.status == JobStatus.PENDING)
        .values(
            status=final_status(counts.file_count, counts.failed_count),
            error_message=_describe_failures(session, job_id, counts.file_count),
            updated_at=moment,
        )
    )


def final_status(file_count: int, failed_count: int) -> JobStatus:
    """Return the status of a job all of whose items have ended."""
    if failed_count == 0:
        return JobStatus.SUCCESS
    return JobStatus.ERROR if failed_count == file_count else JobStatus.PARTIAL_SUCCESS


def _describe_failures(session: Session, job_id: UUID, file_count: int) -> str | None:
    rows = session.execute(
        select(Item.file_name, Item.error_message)
        .where(Item.job_id == job_id, Item.status == ItemStatus.FAILED)
        .order_by(Item.ordinal)
    ).all()
    return describe_failures([(row.file_name, row.error_message or "") for row in rows], file_count)


def describe_failures(failures: Sequence[tuple[str, str]], file_count: int) -> str | None:
    """Return the job's error message, `3 of 60 files failed: a.pdf: <why>; ...`, or None."""
    if not failures:
        return None
    named = [f"{name}: {sentence}" for name, sentence in failures[:NAMED_FAILURES]]
    if len(failures) > NAMED_FAILURES:
        named.append(f"and {len(failures) - NAMED_FAILURES} more")
    return (
        f"{len(failures)} of {file_count} file{'' if file_count == 1 else 's'} failed: "
        + "; ".join(named)
    )
