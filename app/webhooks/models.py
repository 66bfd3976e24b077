"""Tables of webhooks: configurations of jobs, deliveries, attempts, and saved webhooks.

URLs, headers and signing secrets are encrypted. All but saved webhooks are deleted with their job.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, NullableJson, UtcDateTime, new_id, now


class WebhookConfiguration(Base):
    """Where and how to send a job's events."""

    __tablename__ = "webhook_configurations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    ordinal: Mapped[int]
    # Only in rows older than `url_encrypted`, until `url_encryption` has encrypted them.
    url: Mapped[str | None] = mapped_column(Text)
    url_encrypted: Mapped[str | None] = mapped_column(Text)
    # Equal for equal URLs.
    url_digest: Mapped[str | None] = mapped_column(String(64))
    events: Mapped[list[str] | None] = mapped_column(NullableJson)
    output_format: Mapped[str] = mapped_column(String(10))
    payload: Mapped[str] = mapped_column(String(10), default="ids", server_default="ids")
    # Whether the API that took the job listens on loopback. Clients of such a server reach the
    # machine's own addresses anyway; deliverers may run elsewhere and cannot know it.
    loopback_allowed: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    headers_encrypted: Mapped[str | None] = mapped_column(Text)
    secret_encrypted: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (
        Index("uq_webhook_configurations_job_id_ordinal", "job_id", "ordinal", unique=True),
    )


class DeliveryStatus(StrEnum):
    """waiting -> delivered | failed; a redelivery sets it to waiting again."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class WebhookDelivery(Base):
    """One event for one configuration; its id is the event's id, the same at each attempt.

    `due_at` is the time of the next attempt. During an attempt it is the end of the lease, and
    `lease_token` is the attempt's id: a delivery whose process is lost becomes due again.
    `tries` counts attempts since the event or the last redelivery.
    """

    __tablename__ = "webhook_deliveries"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    configuration_id: Mapped[UUID] = mapped_column(
        ForeignKey("webhook_configurations.id", ondelete="CASCADE")
    )
    state: Mapped[str] = mapped_column(String(20))
    event_type: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(20), default=DeliveryStatus.WAITING)
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_token: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (
        Index(
            "uq_webhook_deliveries_configuration_id_state",
            "configuration_id",
            "state",
            unique=True,
        ),
        Index("ix_webhook_deliveries_job_id", "job_id"),
        Index(
            "ix_webhook_deliveries_due",
            "due_at",
            sqlite_where=text("status = 'waiting'"),
            postgresql_where=text("status = 'waiting'"),
        ),
    )


class WebhookAttempt(Base):
    """One attempt to deliver. The row is inserted when it begins; `milliseconds` is set at its end.

    `error` is None when the receiver answered with success. `note` names the custom headers that
    were not sent. `excerpt` is the beginning of an answer from a public address.
    """

    __tablename__ = "webhook_attempts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    delivery_id: Mapped[UUID] = mapped_column(
        ForeignKey("webhook_deliveries.id", ondelete="CASCADE")
    )
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    milliseconds: Mapped[int | None]
    status_code: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    excerpt: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index("ix_webhook_attempts_delivery_id", "delivery_id"),)


class SavedWebhook(Base):
    """A webhook that jobs refer to by its id; each job stores a copy as a WebhookConfiguration."""

    __tablename__ = "saved_webhooks"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"))
    # Empty in rows with `url_encrypted`.
    url: Mapped[str] = mapped_column(Text)
    url_encrypted: Mapped[str | None] = mapped_column(Text)
    events: Mapped[list[str] | None] = mapped_column(NullableJson)
    output_format: Mapped[str] = mapped_column(String(10))
    payload: Mapped[str] = mapped_column(String(10))
    headers_encrypted: Mapped[str | None] = mapped_column(Text)
    secret_encrypted: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (Index("ix_saved_webhooks_newest", "project_id", "created_at", "id"),)
