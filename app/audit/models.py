"""The table of the audit log."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, NullableJson, UtcDateTime, new_id, now


class AuditEvent(Base):
    """One change. Rows are never updated; retention deletes the oldest.

    No foreign keys: a row outlives its subject. `actor` is `key:<id>`, `command:<user>`,
    `server`, `worker` or `link`. `subject` is the id of the changed row. `details` has counts,
    names of settings and ids, never document content, file names or secrets.
    """

    __tablename__ = "audit_events"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    action: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str] = mapped_column(String(255))
    organization_id: Mapped[UUID | None]
    project_id: Mapped[UUID | None]
    subject: Mapped[UUID | None]
    engine_version: Mapped[str | None] = mapped_column(String(40))
    details: Mapped[dict[str, Any] | None] = mapped_column(NullableJson)

    __table_args__ = (Index("ix_audit_events_project_id", "project_id", "id"),)
