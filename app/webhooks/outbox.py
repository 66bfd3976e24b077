"""The queue of deliveries: claimed under a lease, attempted, recorded.

A random token fences each claim: a process whose lease was given to another changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from app.db import Database, new_id, now
from app.paging import count_up_to
from app.webhooks.events import JobState
from app.webhooks.models import (
    DeliveryStatus,
    WebhookAttempt,
    WebhookConfiguration,
    WebhookDelivery,
)
from app.webhooks.urls import StoredUrl

# Attempts at one address at the same time: a receiver that never answers must not hold all threads.
MAX_PER_URL = 4
# The key of an advisory lock; any number that no other lock uses.
CLAIM_LOCK = 0x7765_6268_6F6F_6B


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A claimed delivery with everything that an attempt needs. Secrets are still encrypted."""

    id: UUID
    token: UUID
    job_id: UUID
    state: JobState
    event_type: str
    created_at: datetime
    tries: int
    url: StoredUrl
    payload: str
    output_format: str
    loopback_allowed: bool
    headers_encrypted: str | None
    secret_encrypted: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt's outcome: delivered when `error` is None, otherwise final or to be retried."""

    milliseconds: int = 0
    status_code: int | None = None
    error: str | None = None
    note: str | None = None
    excerpt: str | None = None
    is_final: bool = False
    retry_after: timedelta | None = None


def claim_next(database: Database, lease: timedelta) -> ClaimedDelivery | None:
    """Claim the delivery that has been due the longest; None when none is due.

    A claim that is never recorded becomes due again when its lease ends.
    """
    moment = now()
    candidate = _first_due(moment)
    # Reading first avoids the writers' lock of SQLite when nothing is due.
    with database.read() as session:
        if session.scalar(candidate) is None:
            return None
    if not database.is_sqlite:
        candidate = candidate.with_for_update(skip_locked=True, of=WebhookDelivery)
    token = new_id()
    with database.write() as session:
        if not database.is_sqlite:
            # One at a time, as on SQLite: two concurrent claims would both count below the limit.
            session.execute(select(func.pg_advisory_xact_lock(CLAIM_LOCK)))
        delivery = _take(session, candidate, token, moment + lease)
        if delivery is None:
            return None
        session.execute(
            insert(WebhookAttempt).values(id=token, delivery_id=delivery.id, started_at=moment)
        )
        configuration = session.get_one(WebhookConfiguration, delivery.configuration_id)
        return ClaimedDelivery(
            id=delivery.id,
            token=token,
            job_id=delivery.job_id,
            state=JobState(delivery.state),
            event_type=delivery.event_type,
            created_at=delivery.created_at,
            tries=delivery.tries,
            url=StoredUrl(configuration.url, configuration.url_encrypted),
            payload=configuration.payload,
            output_format=configuration.output_format,
            loopback_allowed=configuration.loopback_allowed,
            headers_encrypted=configuration.headers_encrypted,
            secret_encrypted=configuration.secret_encrypted,
        )


def _first_due(moment: datetime) -> Select[UUID]:
    """Return the query for the next delivery whose address is below MAX_PER_URL."""
    other, its_configuration = aliased(WebhookDelivery), aliased(WebhookConfiguration)
    address = _address(its_configuration)
    busy = (
        select(address)
        .join(other, other.configuration_id == its_configuration.id)
        .where(
            other.status == DeliveryStatus.WAITING,
            other.due_at > moment,
            other.lease_token.is_not(None),
            address.is_not(None),
        )
        .group_by(address)
        .having(func.count() >= MAX_PER_URL)
    )
    return (
        select(WebhookDelivery.id)
        .join(WebhookConfiguration)
        .where(
            WebhookDelivery.status == DeliveryStatus.WAITING,
            WebhookDelivery.due_at <= moment,
            func.coalesce(_address(WebhookConfiguration), "").not_in(busy),
        )
        .order_by(WebhookDelivery.due_at, WebhookDelivery.id)
        .limit(1)
    )


def _address(configuration: type[WebhookConfiguration]) -> ColumnElement[str | None]:
    """Return what is equal for equal URLs."""
    return func.coalesce(configuration.url_digest, configuration.url)


def _take(
    session: Session, candidate: Select[UUID], token: UUID, until: datetime
) -> WebhookDelivery | None:
    """Claim the candidate for a token; None when it is gone."""
    return session.scalars(
        update(WebhookDelivery)
        .where(
            WebhookDelivery.id == candidate.scalar_subquery(),
            WebhookDelivery.status == DeliveryStatus.WAITING,
        )
        .values(
            due_at=until,
            lease_token=token,
            tries=WebhookDelivery.tries + 1,
        )
        .returning(WebhookDelivery)
    ).one_or_none()


def record(
    database: Database, claim: ClaimedDelivery, attempt: Attempt, next_at: datetime | None
) -> None:
    """Record an attempt; a failed delivery is due again at `next_at`, or ends if that is None.

    An attempt whose lease was given to another is recorded too; the delivery stays as it is.
    """
    if attempt.error is None:
        values: dict[str, object] = {"status": DeliveryStatus.DELIVERED}
    elif next_at is None:
        values = {"status": DeliveryStatus.FAILED}
    else:
        values = {"due_at": next_at}
    with database.write() as session:
        session.execute(
            update(WebhookAttempt)
            .where(WebhookAttempt.id == claim.token)
            .values(
                milliseconds=attempt.milliseconds,
                status_code=attempt.status_code,
                error=attempt.error,
                note=attempt.note,
                excerpt=attempt.excerpt,
            )
        )
        session.execute(
            update(WebhookDelivery)
            .where(WebhookDelivery.id == claim.id, WebhookDelivery.lease_token == claim.token)
            .values(lease_token=None, **values)
        )


def requeue_all(database: Database) -> None:
    """Make every claimed delivery due; only for a start as the one process that delivers."""
    with database.write() as session:
        session.execute(
            update(WebhookDelivery)
            .where(
                WebhookDelivery.status == DeliveryStatus.WAITING,
                WebhookDelivery.lease_token.is_not(None),
            )
            .values(lease_token=None, due_at=now())
        )


def count_due(database: Database, cap: int) -> int:
    """Return how many deliveries are due, `cap` at most."""
    with database.read() as session:
        due = select(WebhookDelivery.id).where(
            WebhookDelivery.status == DeliveryStatus.WAITING, WebhookDelivery.due_at <= now()
        )
        return count_up_to(session, due, cap)
