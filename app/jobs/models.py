"""Jobs, their items (one for each entry of `file_ids`), results, and the workers' heartbeats."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Float, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Json, NullableJson, UtcDateTime, new_id, now


class JobStatus(StrEnum):
    """Every status but PENDING is final."""

    PENDING = "PENDING"
    SUCCESS = "SUCCESS"
    PARTIAL_SUCCESS = "PARTIAL_SUCCESS"
    ERROR = "ERROR"
    CANCELLED = "CANCELLED"


class ItemStatus(StrEnum):
    """queued -> running -> done | failed; a lost worker's item goes back to queued."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Base):
    """One classification job. The counters change only in the transaction that ends an item."""

    __tablename__ = "jobs"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"))
    user_id: Mapped[str] = mapped_column(String(255))
    status: Mapped[str] = mapped_column(String(20), default=JobStatus.PENDING)
    mode: Mapped[str] = mapped_column(String(20))
    rules: Mapped[list[dict[str, str]]] = mapped_column(Json)
    lang: Mapped[str] = mapped_column(String(20))
    max_pages: Mapped[int | None]
    target_pages: Mapped[list[int] | None] = mapped_column(NullableJson)
    file_count: Mapped[int]
    ended_count: Mapped[int] = mapped_column(default=0)
    failed_count: Mapped[int] = mapped_column(default=0)
    error_message: Mapped[str | None] = mapped_column(Text)
    # The id of the request that created the job; None for jobs older than the column.
    request_id: Mapped[str | None] = mapped_column(String(64))
    # Whether a webhook asks for the event of the first claim.
    notify_running: Mapped[bool] = mapped_column(
        "owes_running", default=False, server_default=text("false")
    )
    # Each version of the API shows its own jobs only.
    api_version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    # The client's idempotency key.
    transaction_id: Mapped[str | None] = mapped_column(String(255))
    # The saved configuration of the request; it may have been deleted since.
    configuration_id: Mapped[UUID | None]
    # The language as the client wrote it; None where it gave none, and in older jobs also where
    # it wrote a code.
    given_lang: Mapped[str | None] = mapped_column(String(100))
    # A digest of the request, which finds repetitions; a later equal request takes it over.
    request_digest: Mapped[str | None] = mapped_column(String(64))
    # A type with a lower confidence becomes null.
    min_confidence: Mapped[float | None] = mapped_column(Float)
    # Whether the project's labels count; None: where they are known to help.
    learn: Mapped[bool | None]
    # The examples of each type, {"file_id": ...} or {"text": ...}. Only workers read it.
    examples: Mapped[dict[str, list[dict[str, str]]] | None] = mapped_column(
        NullableJson, deferred=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    deadline_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_jobs_newest", "project_id", "api_version", "created_at", "id"),
        Index(
            "uq_jobs_project_id_api_version_transaction_id",
            "project_id",
            "api_version",
            "transaction_id",
            unique=True,
            sqlite_where=text("transaction_id IS NOT NULL"),
            postgresql_where=text("transaction_id IS NOT NULL"),
        ),
        Index(
            "uq_jobs_user_id_request_digest",
            "user_id",
            "request_digest",
            unique=True,
            sqlite_where=text("request_digest IS NOT NULL AND transaction_id IS NULL"),
            postgresql_where=text("request_digest IS NOT NULL AND transaction_id IS NULL"),
        ),
        Index(
            "ix_jobs_deadline",
            "deadline_at",
            sqlite_where=text("status = 'PENDING'"),
            postgresql_where=text("status = 'PENDING'"),
        ),
    )


class Item(Base):
    """One file of a job. Only the holder of `lease_token` can end it."""

    __tablename__ = "items"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    # The job's project. None in items that ended before the column existed, and for a moment in
    # those that a server of the previous release inserts.
    project_id: Mapped[UUID | None]
    ordinal: Mapped[int]
    file_id: Mapped[UUID]
    file_name: Mapped[str] = mapped_column(String(3000))
    status: Mapped[str] = mapped_column(String(20), default=ItemStatus.QUEUED)
    attempt: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(String(255))
    lease_token: Mapped[UUID | None]
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error_code: Mapped[str | None] = mapped_column(String(40))
    error_message: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (
        Index("uq_items_job_id_ordinal", "job_id", "ordinal", unique=True),
        Index(
            "ix_items_queue",
            "project_id",
            "ordinal",
            "job_id",
            sqlite_where=text("status = 'queued'"),
            postgresql_where=text("status = 'queued'"),
        ),
        Index(
            "ix_items_leases",
            "lease_until",
            sqlite_where=text("status = 'running'"),
            postgresql_where=text("status = 'running'"),
        ),
        Index("ix_items_file_id", "file_id"),
    )


class Result(Base):
    """An item's verdict; its primary key makes a second one impossible.

    `engine_version` is None where the verdict is older than the column.
    """

    __tablename__ = "results"

    item_id: Mapped[UUID] = mapped_column(
        ForeignKey("items.id", ondelete="CASCADE"), primary_key=True
    )
    type: Mapped[str | None] = mapped_column(String(255))
    confidence: Mapped[float] = mapped_column(Float)
    reasoning: Mapped[str] = mapped_column(Text)
    engine_version: Mapped[str | None] = mapped_column(String(40))
    # A few of each, of bounded length; None where the verdict is older than the columns.
    candidates: Mapped[list[dict[str, Any]] | None] = mapped_column(NullableJson)
    evidence: Mapped[list[dict[str, Any]] | None] = mapped_column(NullableJson)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Worker(Base):
    """A worker process's heartbeat and what it can do."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    capabilities: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
