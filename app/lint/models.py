"""The table of rules to be looked at, and of what was found."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Json, NullableJson, UtcDateTime, new_id, now
from app.leases.leased_rows import Leased


class LintRequest(Leased, Base):
    """Rules that somebody writes; a worker adds the hints.

    `rules_digest` covers types and descriptions in their order. `hints` is null until the request
    is answered, and when `problem` says why there is no answer. Old rows are deleted.
    """

    __tablename__ = "lint_requests"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"))
    rules_digest: Mapped[str] = mapped_column(String(64))
    rules: Mapped[list[dict[str, str]]] = mapped_column(Json)
    hints: Mapped[list[dict[str, Any]] | None] = mapped_column(NullableJson)
    problem: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index(
            "uq_lint_requests_project_id_rules_digest", "project_id", "rules_digest", unique=True
        ),
        # Few rows are open at a time, and idle workers look for them every second.
        Index(
            "ix_lint_requests_open",
            "created_at",
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )
