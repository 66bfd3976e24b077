"""Tables of webhooks: configurations of jobs, deliveries, attempts, and saved webhooks.

Headers and signing secrets are encrypted. All but saved webhooks are deleted with their job.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, NullableJson, UtcDateTime, new_id, now


class WebhookConfiguration(Base):
    """Where a job's events go, and how.

    `loopback_allowed`: the server that took it listened on loopback only, so that whoever gave
    it could reach this machine's own addresses anyway.
    """

    __tablename__ = "webhook_configurations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    ordinal: Mapped[int]
    url: Mapped[str | None] = mapped_column(Text)
    events: Mapped[list[str] | None] = mapped_column(NullableJson)
    output_format: Mapped[str] = mapped_column(String(10))
    payload: Mapped[str] = mapped_column(String(10), default="ids", server_default="ids")
    loopback_allowed: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    headers_encrypted: Mapped[str | None] = mapped_column(Text)
    secret_encrypted: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (
        Index("uq_webhook_configurations_job_id_ordinal", "job_id", "ordinal", unique=True),
    )


class DeliveryStatus(StrEnum):
    """waiting -> delivered | failed; asked for again, it waits again."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class WebhookDelivery(Base):
    """One event for one configuration; its id is the event's id, the same at each try.

    `due_at` is the next try; while somebody is trying, it is the end of their lease, and
    `lease_token`, the id of the attempt, is theirs: a lost one is due again by itself.
    `tries` counts since the event, or since somebody asked for it again.
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
    """One try to deliver. Written when it begins: without `milliseconds` it has not ended.

    `error` is None when the receiver answered with success. `note` says what was left out of
    the request; `excerpt` is the beginning of an answer from a public address.
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
    """Where to send the events of jobs that name it; each job keeps a copy."""

    __tablename__ = "saved_webhooks"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"))
    url: Mapped[str] = mapped_column(Text)
    events: Mapped[list[str] | None] = mapped_column(NullableJson)
    output_format: Mapped[str] = mapped_column(String(10))
    payload: Mapped[str] = mapped_column(String(10))
    headers_encrypted: Mapped[str | None] = mapped_column(Text)
    secret_encrypted: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (Index("ix_saved_webhooks_newest", "project_id", "created_at", "id"),)
