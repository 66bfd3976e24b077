"""How items and jobs end: outcomes, counters, the job's final status and its error message."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import now
from app.errors import FileErrorCode
from app.jobs.models import Item, ItemStatus, Job, JobStatus

NAMED_FAILURES = 20


@dataclass(frozen=True, slots=True)
class Classified:
    """An item's verdict, and the version of the engine that gave it."""

    type: str | None
    confidence: float
    reasoning: str
    engine_version: str


@dataclass(frozen=True, slots=True)
class Failed:
    """An item's error: a code and a sentence to stand after the file's name."""

    code: FileErrorCode
    sentence: str


def ended_values(outcome: Classified | Failed) -> dict[str, object]:
    """Return the columns of an item that ends with this outcome; nobody holds it any more."""
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


def count_ended(session: Session, job_id: UUID, *, ended: int, failed: int) -> None:
    """Add to a job's counters; whoever ends the last item ends the job.

    To be called last in the transaction that ended the items: every worker on the job needs
    its row.
    """
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
