"""The table of models that were learned from labels."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Json, NullableJson, UtcDateTime, new_id, now
from app.leases.leased_rows import Leased


class LearnedModel(Leased, Base):
    """What a project's labels teach about one set of rules; also the queue of fits.

    `rules_digest` covers types and descriptions in any order, without examples. A model is due
    while `fitted_at` is null or before `requested_at`, and free for a worker while `lease_until` is
    null or past. `is_used` tells that cross-validation found it better than the engine alone;
    otherwise it counts for copies of labelled documents only.
    `engine_version`, `labels_digest` and `label_count` are those of the fit. `report` has the
    verdicts about labelled files, each by models that have not seen its label: `{"version": 1,
    "folds": k, "items": [{"file_id", "label", "without": {"type", "confidence"}, "with": {...}}]}`,
    `without` by the engine alone. `asked_at` is when a job or a person last had these rules; those
    of the longest ago are dropped. `error` says why there is no fit.
    """

    __tablename__ = "learned_models"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"))
    rules_digest: Mapped[str] = mapped_column(String(64))
    rules: Mapped[list[dict[str, str]]] = mapped_column(Json)
    engine_version: Mapped[str | None] = mapped_column(String(40))
    labels_digest: Mapped[str | None] = mapped_column(String(64))
    label_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    is_used: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    report: Mapped[dict[str, Any] | None] = mapped_column(NullableJson, deferred=True)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    fitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index(
            "uq_learned_models_project_id_rules_digest", "project_id", "rules_digest", unique=True
        ),
        # Few rows are due at a time, and idle workers look for them every second.
        Index(
            "ix_learned_models_due",
            "requested_at",
            sqlite_where=text("fitted_at IS NULL OR fitted_at < requested_at"),
            postgresql_where=text("fitted_at IS NULL OR fitted_at < requested_at"),
        ),
    )


class LearnedData(Base):
    """The numbers of a fitted model, in bytes without pickles.

    `parameters` is what verdicts need, and `documents` what the next fit need not read again. A
    table of their own: each change of a label updates the rows of the models, and SQLite would
    write some megabytes again.
    """

    __tablename__ = "learned_data"

    model_id: Mapped[UUID] = mapped_column(
        ForeignKey("learned_models.id", ondelete="CASCADE"), primary_key=True
    )
    parameters: Mapped[bytes] = mapped_column(LargeBinary)
    documents: Mapped[bytes] = mapped_column(LargeBinary)
