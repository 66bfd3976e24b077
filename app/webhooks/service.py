"""Webhooks of a job: store its configurations, list its deliveries, redeliver."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import announce, now
from app.errors import NotFound
from app.secrets import Secrets
from app.webhooks.events import DELIVERIES, KNOWN_NAMES
from app.webhooks.models import (
    DeliveryStatus,
    WebhookAttempt,
    WebhookConfiguration,
    WebhookDelivery,
)
from app.webhooks.payload import IDS
from app.webhooks.policy import AddressPolicy, find_fault
from app.webhooks.urls import StoredUrl, digest_url

LOST = "the server stopped during this attempt: the webhook may have arrived"


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """A webhook configuration of a new job; `events` None means the default ones.

    `loopback_allowed`: see WebhookConfiguration.
    """

    url: str | None
    events: tuple[str, ...] | None
    headers: dict[str, str] | None
    output_format: str
    signing_secret: str | None
    payload: str = IDS
    loopback_allowed: bool = False


@dataclass(frozen=True, slots=True)
class ConfigurationView:
    """A configuration without its secrets: `origin` is its URL without path, query and user.

    `fault` is why nothing can be delivered to it, judged by the URL alone. `unknown_events` never
    fire.
    """

    index: int
    origin: str | None
    fault: str | None
    unknown_events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One attempt; `error` is None when it succeeded or is still running (no `milliseconds`)."""

    started_at: datetime
    milliseconds: int | None
    status_code: int | None
    error: str | None
    note: str | None
    excerpt: str | None


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A delivery with its attempts, oldest first; `next_attempt_at` is None when none follows."""

    id: UUID
    event_type: str
    configuration_index: int
    status: str
    created_at: datetime
    next_attempt_at: datetime | None
    attempts: tuple[AttemptView, ...]


def store(session: Session, secrets: Secrets, job_id: UUID, webhooks: Sequence[NewWebhook]) -> None:
    """Insert the configurations of a new job; URLs, headers and secrets are encrypted."""
    for ordinal, new in enumerate(webhooks):
        session.add(
            WebhookConfiguration(
                job_id=job_id,
                ordinal=ordinal,
                url_encrypted=None if new.url is None else secrets.encrypt(new.url),
                url_digest=None if new.url is None else digest_url(secrets, new.url),
                events=None if new.events is None else list(new.events),
                output_format=new.output_format,
                payload=new.payload,
                loopback_allowed=new.loopback_allowed,
                headers_encrypted=(
                    None if new.headers is None else secrets.encrypt(json.dumps(new.headers))
                ),
                secret_encrypted=(
                    None if new.signing_secret is None else secrets.encrypt(new.signing_secret)
                ),
            )
        )


def list_configurations(
    session: Session, secrets: Secrets, job_id: UUID, policy: AddressPolicy
) -> Sequence[ConfigurationView]:
    """Return the webhook configurations of a job that the caller may read, in their order."""
    rows = session.execute(
        select(
            WebhookConfiguration.ordinal,
            WebhookConfiguration.url,
            WebhookConfiguration.url_encrypted,
            WebhookConfiguration.events,
            WebhookConfiguration.loopback_allowed,
        )
        .where(WebhookConfiguration.job_id == job_id)
        .order_by(WebhookConfiguration.ordinal)
    )
    views = []
    for row in rows:
        url, fault = StoredUrl(row.url, row.url_encrypted).find(secrets)
        views.append(
            ConfigurationView(
                index=row.ordinal,
                origin=origin_of(url),
                fault=fault or find_fault(url, replace(policy, loopback=row.loopback_allowed)),
                unknown_events=tuple(name for name in row.events or () if name not in KNOWN_NAMES),
            )
        )
    return views


def list_deliveries(session: Session, job_id: UUID) -> Sequence[DeliveryView]:
    """Return the deliveries of a job that the caller may read, oldest first."""
    rows = session.execute(
        select(WebhookDelivery, WebhookConfiguration.ordinal)
        .join(WebhookConfiguration, WebhookConfiguration.id == WebhookDelivery.configuration_id)
        .where(WebhookDelivery.job_id == job_id)
        .order_by(WebhookDelivery.id)
    ).all()
    attempts: dict[UUID, list[WebhookAttempt]] = {}
    for attempt in session.scalars(
        select(WebhookAttempt)
        .join(WebhookDelivery)
        .where(WebhookDelivery.job_id == job_id)
        .order_by(WebhookAttempt.id)
    ):
        attempts.setdefault(attempt.delivery_id, []).append(attempt)
    return [_view(row[0], row[1], attempts.get(row[0].id, [])) for row in rows]


def redeliver(session: Session, job_id: UUID, delivery_id: UUID) -> DeliveryView:
    """Send a delivery again now, whatever its status, with all retries; raises NotFound.

    The job is one that the caller may change. The delivery keeps its event id, so that receivers
    can recognise it.
    """
    delivery = session.scalars(
        select(WebhookDelivery)
        .where(WebhookDelivery.id == delivery_id, WebhookDelivery.job_id == job_id)
        .with_for_update()
    ).one_or_none()
    if delivery is None:
        raise NotFound(f"Classify job {job_id} has no webhook delivery {delivery_id}.")
    delivery.status = DeliveryStatus.WAITING
    delivery.tries = 0
    delivery.due_at = now()
    delivery.lease_token = None
    session.flush()
    announce(session, DELIVERIES)
    return next(view for view in list_deliveries(session, job_id) if view.id == delivery_id)


def origin_of(url: str | None) -> str | None:
    """Return a URL's scheme, host and port; the other parts may hold secrets."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.partition(":")[0] + ":"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _view(
    delivery: WebhookDelivery, index: int, attempts: Sequence[WebhookAttempt]
) -> DeliveryView:
    holder = delivery.lease_token if delivery.due_at > now() else None
    waits = delivery.status == DeliveryStatus.WAITING and holder is None
    return DeliveryView(
        id=delivery.id,
        event_type=delivery.event_type,
        configuration_index=index,
        status="sending" if holder is not None else delivery.status,
        created_at=delivery.created_at,
        next_attempt_at=delivery.due_at if waits else None,
        attempts=tuple(
            AttemptView(
                started_at=attempt.started_at,
                milliseconds=attempt.milliseconds,
                status_code=attempt.status_code,
                error=_error_of(attempt, holder),
                note=attempt.note,
                excerpt=attempt.excerpt,
            )
            for attempt in attempts
        ),
    )


def _error_of(attempt: WebhookAttempt, holder: UUID | None) -> str | None:
    """Return why an attempt failed; one without an end that does not hold the lease was lost."""
    is_lost = attempt.milliseconds is None and attempt.id != holder
    return LOST if is_lost else attempt.error
