"""Saved webhooks; headers and signing secrets are encrypted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, NullableJson, UtcDateTime, new_id, now


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
