"""Requests for a job that a client sends more than once, and that create one job.

A client sends an idempotency key, or counts its retries. Unique indexes find the repetitions, so
that a first request costs no query more.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import Database, now
from app.errors import Conflict
from app.jobs import service
from app.jobs.models import Job, JobStatus
from app.jobs.service import NewJob
from app.jobs.values import ApiVersion
from app.projects.scope import Scope
from app.secrets import Secrets

TRIES = 5


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """What identifies a request that is sent again.

    `digest` covers the whole request; None when repetitions are not looked for. `client_key` is
    the client's own. A retry without one finds the job of an equal request of the last `window`.
    """

    digest: str | None
    client_key: str | None = None
    is_retry: bool = False
    window: timedelta = timedelta()


def create(
    database: Database, scope: Scope, secrets: Secrets, new: NewJob, key: IdempotencyKey
) -> Job:
    """Create and commit a job, or return the job that the same request created before.

    Raises Conflict when the client's key was used for another request, and what
    `service.create` raises.
    """
    new = replace(new, transaction_id=key.client_key, request_digest=key.digest)
    for attempt in range(TRIES):
        try:
            with database.write() as session:
                # Not at the first attempt: the unique indexes tell whether there is such a job.
                existing = _find(session, scope, new.api_version, key) if attempt else None
                return existing or service.create(session, scope, secrets, new)
        except IntegrityError:
            if key.digest is None or (key.client_key and attempt == TRIES - 1):
                raise
    # Concurrent equal requests won each attempt. None of them is a retry: each gets its own job.
    with database.write() as session:
        return service.create(session, scope, secrets, replace(new, request_digest=None))


def _find(
    session: Session, scope: Scope, api_version: ApiVersion, key: IdempotencyKey
) -> Job | None:
    """Return the job that the same request created before; None when there is none."""
    if key.client_key is not None and key.digest is not None:
        return _find_by_client_key(session, scope, api_version, key.client_key, key.digest)
    return _find_by_digest(session, scope, key)


def _find_by_client_key(
    session: Session, scope: Scope, api_version: ApiVersion, client_key: str, digest: str
) -> Job | None:
    job = session.scalars(
        select(Job).where(
            Job.project_id == scope.project_id,
            Job.api_version == api_version,
            Job.transaction_id == client_key,
        )
    ).one_or_none()
    if job is not None and job.request_digest != digest:
        raise Conflict(
            "This Idempotency-Key was used for another request. Send a new key or the same body."
        )
    return job


def _find_by_digest(session: Session, scope: Scope, key: IdempotencyKey) -> Job | None:
    """Return the job that a retry repeats; otherwise free the digest for another job."""
    is_same = (
        Job.user_id == scope.principal.user_id,
        Job.request_digest == key.digest,
        Job.transaction_id.is_(None),
    )
    job = session.scalars(select(Job).where(*is_same).with_for_update()).one_or_none()
    if job is None:
        return None
    # A request after a cancellation is a new one, even where a client counts it as a retry.
    is_recent = job.created_at >= now() - key.window and job.status != JobStatus.CANCELLED
    if key.is_retry and is_recent:
        return job
    session.execute(update(Job).where(Job.id == job.id).values(request_digest=None))
    return None
