"""How a delivery changes hands: claimed under a lease, tried, recorded.

As with the items of jobs, a random token is the fence: who comes back after its lease was given
to another changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from app.db import Database, new_id, now
from app.webhooks.models import (
    DeliveryStatus,
    WebhookAttempt,
    WebhookConfiguration,
    WebhookDelivery,
)
from app.webhooks.payload import build_body

# How many deliveries of one address are tried at a time, so that a receiver that never answers
# leaves hands for the others.
MOST_PER_URL = 4
# Any constant that no other lock has will do.
CLAIM_LOCK = 0x7765_6268_6F6F_6B


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A delivery in our hands, with all that is needed to try it. Secrets are still encrypted."""

    id: UUID
    token: UUID
    job_id: UUID
    event_type: str
    tries: int
    url: str | None
    headers_encrypted: str | None
    secret_encrypted: str | None
    loopback_allowed: bool
    body: bytes


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a try went: delivered when `error` is None, else final or to be tried again."""

    milliseconds: int
    status_code: int | None = None
    error: str | None = None
    note: str | None = None
    excerpt: str | None = None
    is_final: bool = False
    retry_after: timedelta | None = None


def claim_next(database: Database, lease: timedelta) -> ClaimedDelivery | None:
    """Take the delivery that has been due the longest; None when none is due.

    One that was claimed and never recorded is due again when its lease ends.
    """
    moment = now()
    candidate = _first_due(moment)
    # Looking costs a writer's lock on SQLite only when there is something to take.
    with database.read() as session:
        if session.scalar(candidate) is None:
            return None
    if not database.is_sqlite:
        candidate = candidate.with_for_update(skip_locked=True, of=WebhookDelivery)
    token = new_id()
    with database.write() as session:
        if not database.is_sqlite:
            # One at a time, as on SQLite: two who look at once would both see a free place.
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
            event_type=delivery.event_type,
            tries=delivery.tries,
            url=configuration.url,
            headers_encrypted=configuration.headers_encrypted,
            secret_encrypted=configuration.secret_encrypted,
            loopback_allowed=configuration.loopback_allowed,
            body=build_body(session, delivery, configuration),
        )


def _first_due(moment: datetime) -> Select[UUID]:
    """Return the query for the delivery to try next, at an address that has a free place."""
    other, its_configuration = aliased(WebhookDelivery), aliased(WebhookConfiguration)
    busy = (
        select(its_configuration.url)
        .join(other, other.configuration_id == its_configuration.id)
        .where(
            other.status == DeliveryStatus.WAITING,
            other.due_at > moment,
            other.lease_token.is_not(None),
            its_configuration.url.is_not(None),
        )
        .group_by(its_configuration.url)
        .having(func.count() >= MOST_PER_URL)
    )
    return (
        select(WebhookDelivery.id)
        .join(WebhookConfiguration)
        .where(
            WebhookDelivery.status == DeliveryStatus.WAITING,
            WebhookDelivery.due_at <= moment,
            func.coalesce(WebhookConfiguration.url, "").not_in(busy),
        )
        .order_by(WebhookDelivery.due_at, WebhookDelivery.id)
        .limit(1)
    )


def _take(
    session: Session, candidate: Select[UUID], token: UUID, until: datetime
) -> WebhookDelivery | None:
    """Give the candidate, if there still is one, to the holder of a token."""
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
    """Write how a try went; a failed one is tried again at `next_at`, or never if that is None.

    The attempt is written also by one whose lease was given to another: it did happen.
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


def take_back_all(database: Database) -> None:
    """Make every claimed delivery due: for a start on a directory that nobody else can be using."""
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
    """Return how many deliveries are due, counting to `cap` at most."""
    with database.read() as session:
        query = (
            select(WebhookDelivery.id)
            .where(
                WebhookDelivery.status == DeliveryStatus.WAITING, WebhookDelivery.due_at <= now()
            )
            .limit(cap)
        )
        return len(session.execute(query).all())
