"""Webhook configurations of jobs; headers and signing secrets are encrypted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, NullableJson, UtcDateTime, new_id, now


class WebhookConfiguration(Base):
    __tablename__ = "webhook_configurations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    ordinal: Mapped[int]
    url: Mapped[str | None] = mapped_column(Text)
    events: Mapped[list[str] | None] = mapped_column(NullableJson)
    output_format: Mapped[str] = mapped_column(String(10))
    headers_encrypted: Mapped[str | None] = mapped_column(Text)
    secret_encrypted: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (
        Index("uq_webhook_configurations_job_id_ordinal", "job_id", "ordinal", unique=True),
    )
