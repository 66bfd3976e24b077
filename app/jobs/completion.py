"""How items and jobs end: outcomes, counters, the job's final status and its error message."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.orm import Session

from app.audit.log import SERVER, Action, record
from app.db import now, table_of
from app.errors import FileErrorCode
from app.jobs.models import Item, ItemStatus, Job, JobStatus
from app.jobs.values import FileFailure, Verdict
from app.text import counted
from app.webhooks.events import JobState, enqueue_deliveries

MAX_NAMED_FAILURES = 20

# What changes in an item that ends; its lease ends too.
ENDED_COLUMNS = (
    "status",
    "lease_token",
    "lease_until",
    "updated_at",
    "error_code",
    "error_message",
)

_JOBS = table_of(Job)
_COUNT = (
    update(_JOBS)
    .where(_JOBS.c.id == bindparam("job_id"))
    .values(
        ended_count=_JOBS.c.ended_count + bindparam("ended"),
        failed_count=_JOBS.c.failed_count + bindparam("failed"),
        updated_at=bindparam("moment"),
    )
    .returning(_JOBS.c.ended_count, _JOBS.c.failed_count, _JOBS.c.file_count)
)


@dataclass(frozen=True, slots=True)
class Classified:
    """An item's verdict and the version of the engine that gave it."""

    verdict: Verdict
    engine_version: str


CANCELLED = FileFailure(
    FileErrorCode.CANCELLED, "the job was cancelled before this file was classified"
)


def ended_values(outcome: Classified | FileFailure) -> dict[str, object]:
    """Return the ENDED_COLUMNS of an item that ends with this outcome."""
    status, code, sentence = ItemStatus.DONE, None, None
    if isinstance(outcome, FileFailure):
        status, code, sentence = ItemStatus.FAILED, outcome.code.value, outcome.sentence
    return {
        "status": status,
        "lease_token": None,
        "lease_until": None,
        "updated_at": now(),
        "error_code": code,
        "error_message": sentence,
    }


def end_open_items(session: Session, job_id: UUID, outcome: FileFailure) -> int:
    """End every open item of a job, claimed or not; return how many.

    The rows are locked in the order of their ordinals: two callers that lock them in different
    orders could deadlock. The caller adds the number to the job's counters.
    """
    is_open = (
        Item.job_id == job_id,
        Item.status.in_((ItemStatus.QUEUED, ItemStatus.RUNNING)),
    )
    session.execute(select(Item.id).where(*is_open).order_by(Item.ordinal).with_for_update())
    ended = session.execute(
        update(Item).where(*is_open).values(ended_values(outcome)).returning(Item.id)
    )
    return len(ended.all())


def add_to_counters(session: Session, job_id: UUID, *, ended: int, failed: int) -> None:
    """Add to a job's counters; the last item ends the job.

    Call it last in the transaction that ended the items: every worker on the job needs its row.
    """
    counts = _count(session, job_id, ended, failed)
    if counts.ended_count == counts.file_count:
        _close_by_counts(session, job_id, counts)


def cancel(session: Session, job_id: UUID, *, actor: str) -> None:
    """End a job as CANCELLED: open items end with `cancelled`, existing results stay.

    Does nothing if the job has ended.
    """
    ended = end_open_items(session, job_id, CANCELLED)
    if not ended:
        return
    counts = _count(session, job_id, ended, ended)
    files = counted(counts.file_count, "file")
    message = f"the job was cancelled: {ended} of {files} were not classified"
    _close(session, job_id, JobStatus.CANCELLED, message, actor)


def close_by_items(session: Session, job_id: UUID) -> None:
    """End a job without open items, with counters computed from its items.

    No path of the program leaves such a job PENDING; a row changed by hand may.
    """
    done = (
        select(func.count())
        .where(Item.job_id == job_id, Item.status == ItemStatus.DONE)
        .scalar_subquery()
    )
    counts = session.execute(
        update(Job)
        .where(Job.id == job_id)
        .values(ended_count=Job.file_count, failed_count=Job.file_count - done)
        .returning(Job.ended_count, Job.failed_count, Job.file_count)
    ).one()
    _close_by_counts(session, job_id, counts)


def _count(session: Session, job_id: UUID, ended: int, failed: int) -> Row[int, int, int]:
    added = {"job_id": job_id, "ended": ended, "failed": failed, "moment": now()}
    return session.execute(_COUNT, added).one()


def _close_by_counts(session: Session, job_id: UUID, counts: Row[int, int, int]) -> None:
    status = final_status(counts.file_count, counts.failed_count)
    _close(session, job_id, status, _describe_failures(session, job_id, counts.file_count))


def _close(
    session: Session, job_id: UUID, status: JobStatus, message: str | None, actor: str = SERVER
) -> None:
    """Give a job its final status. Every job ends here."""
    closed = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.status == JobStatus.PENDING)
        .values(status=status, error_message=message, updated_at=now())
        .returning(Job.project_id)
    ).one_or_none()
    if closed is None:
        return
    record(
        session,
        Action.JOB_CANCELLED if status == JobStatus.CANCELLED else Action.JOB_ENDED,
        actor=actor,
        project_id=closed.project_id,
        subject=job_id,
        details={"status": status.value},
    )
    enqueue_deliveries(session, job_id, JobState(status.lower()))


def final_status(file_count: int, failed_count: int) -> JobStatus:
    """Return the status of a job when all its items have ended."""
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
    named = [f"{name}: {sentence}" for name, sentence in failures[:MAX_NAMED_FAILURES]]
    if len(failures) > MAX_NAMED_FAILURES:
        named.append(f"and {len(failures) - MAX_NAMED_FAILURES} more")
    return f"{len(failures)} of {counted(file_count, 'file')} failed: " + "; ".join(named)
