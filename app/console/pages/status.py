"""The page of the server's state: queue, workers, models, languages, disk, failures."""

import platform
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from app import schema
from app.api.health import Readiness
from app.console.visits import Visit
from app.errors import FileErrorCode
from app.jobs.languages import LANGUAGE_NAMES
from app.jobs.models import Item, Job
from app.jobs.queue_collector import QueueCollector
from app.jobs.values import FileFailure
from app.jobs.workers import find_workers
from app.projects.scope import Scope

MAX_FAILURES = 20


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that failed."""

    job_id: UUID
    item_id: UUID
    file_name: str
    reason: FileFailure
    at: datetime


def show_status(visit: Visit) -> Response:
    """Show the state of the server, and the failed files of the project."""
    readiness: Readiness = visit.request.app.state.readiness
    report = readiness.check()
    with visit.call.read() as session:
        workers = find_workers(session)
        failures = [] if visit.is_admin else find_failures(session, visit.call.scope)
    settings = visit.services.settings
    return visit.render(
        "status.html",
        section="status",
        problems=report.problems,
        queue=QueueCollector(visit.services.database),
        workers=workers,
        ocr_languages=report.facts.get("ocr_languages", []),
        language_names=LANGUAGE_NAMES,
        missing=report.facts.get("missing", []),
        disk=_disk(visit),
        facts=_facts(visit),
        is_embedded=settings.is_embedded,
        failures=failures,
    )


def find_failures(session: Session, scope: Scope) -> Sequence[Failure]:
    """Return the newest failed files of the project."""
    rows = session.execute(
        select(
            Item.job_id,
            Item.id,
            Item.file_name,
            Item.error_code,
            Item.error_message,
            Item.updated_at,
        )
        .join(Job, Job.id == Item.job_id)
        .where(
            Job.project_id == scope.project_id, Job.failed_count > 0, Item.error_code.is_not(None)
        )
        .order_by(Job.created_at.desc(), Item.ordinal)
        .limit(MAX_FAILURES)
    )
    return [
        Failure(
            row.job_id,
            row.id,
            row.file_name,
            FileFailure(FileErrorCode(row.error_code), row.error_message or ""),
            row.updated_at,
        )
        for row in rows
    ]


def _disk(visit: Visit) -> dict[str, Any] | None:
    """Return the space of the disk that holds the uploaded files; None for a bucket."""
    settings = visit.services.settings
    if settings.s3_bucket is not None:
        return None
    usage = shutil.disk_usage(settings.blob_dir)
    return {"total": usage.total, "free": usage.free, "share": 1 - usage.free / usage.total}


def _facts(visit: Visit) -> list[tuple[str, str]]:
    database = "SQLite" if visit.services.database.is_sqlite else "PostgreSQL"
    return [
        ("status.python", platform.python_version()),
        ("status.database", database),
        ("status.schema", schema.REVISION),
    ]
