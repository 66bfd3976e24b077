"""Requests for a job that are sent more than once, and make one job all the same.

Two ways: a client names its request by a key of its own; or it sends it again by itself, because
the answer was lost, and never tells its user. The common request costs nothing more: unique
indexes find the others.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import Database, now
from app.errors import Conflict
from app.jobs import service
from app.jobs.models import Job, JobStatus
from app.jobs.service import NewJob
from app.projects.scope import Scope
from app.secrets import Secrets

API_VERSION = 1
TRIES = 5


class Retry(Enum):
    """Whether a request is one that was sent before, as far as its sender can be believed."""

    NO = "no"
    PERHAPS = "perhaps"
    YES = "yes"


@dataclass(frozen=True, slots=True)
class Repetition:
    """By what a request is known again.

    `digest` is of all that it asks for, None if nobody shall look; `key` is the client's own.
    """

    digest: str | None
    key: str | None = None
    retry: Retry = Retry.NO
    window: timedelta = timedelta()


def create(
    database: Database,
    scope: Scope,
    secrets: Secrets,
    new: NewJob,
    deadline: timedelta,
    repetition: Repetition,
) -> tuple[Job, bool]:
    """Create a job in a transaction of its own, or find the one that the request made before.

    Returns it, and whether it is new. Raises Conflict when the client's key was used for another
    request, and what `service.create` raises.
    """
    new = replace(new, transaction_id=repetition.key, request_digest=repetition.digest)
    for attempt in range(TRIES):
        try:
            with database.write() as session:
                # Asked for the first time it costs nothing: the indexes tell whether to look.
                known = _find(session, scope, repetition) if attempt else None
                if known is not None:
                    return known, False
                return service.create(session, scope, secrets, new, deadline), True
        except IntegrityError:
            if repetition.digest is None or (repetition.key and attempt == TRIES - 1):
                raise
    # So many ask for the same that another was quicker each time. None of them is a retry.
    with database.write() as session:
        new = replace(new, request_digest=None)
        return service.create(session, scope, secrets, new, deadline), True


def _find(session: Session, scope: Scope, repetition: Repetition) -> Job | None:
    """Return the job that a request has made before, None if there is none that it means."""
    if repetition.key is not None and repetition.digest is not None:
        return _by_key(session, scope, repetition.key, repetition.digest)
    return _by_contents(session, scope, repetition)


def _by_key(session: Session, scope: Scope, key: str, digest: str) -> Job | None:
    """Return the project's job of a key; None if it was deleted a moment ago."""
    job = session.scalars(
        select(Job).where(
            Job.project_id == scope.project_id,
            Job.api_version == API_VERSION,
            Job.transaction_id == key,
        )
    ).one_or_none()
    if job is not None and job.request_digest != digest:
        raise Conflict(
            "This Idempotency-Key was used for another request: send a new key, or the same body."
        )
    return job


def _by_contents(session: Session, scope: Scope, repetition: Repetition) -> Job | None:
    """Return the job that a retry means; otherwise free the contents for another job."""
    is_same = (
        Job.user_id == scope.principal.user_id,
        Job.request_digest == repetition.digest,
        Job.transaction_id.is_(None),
    )
    job = session.scalars(select(Job).where(*is_same).with_for_update()).one_or_none()
    if job is None:
        return None
    if job.created_at >= now() - repetition.window and _is_meant(job, repetition.retry):
        return job
    session.execute(update(Job).where(Job.id == job.id).values(request_digest=None))
    return None


def _is_meant(job: Job, retry: Retry) -> bool:
    """Tell whether a retry wants this job: nobody wants a cancelled one, who asks anew.

    Where it is only likely to be a retry, one that failed is run once more.
    """
    if retry == Retry.YES:
        return job.status != JobStatus.CANCELLED
    return retry == Retry.PERHAPS and job.status in (JobStatus.PENDING, JobStatus.SUCCESS)
