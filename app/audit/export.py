"""Reading the audit log, and forgetting its oldest part."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, delete, or_, select

from app.audit.models import AuditEvent
from app.db import Database, first_id, now
from app.projects.models import Project

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events to read; None means any. `since` is included, `until` is not."""

    since: datetime | None = None
    until: datetime | None = None
    project_id: UUID | None = None
    organization_id: UUID | None = None


def read_lines(database: Database, wanted: Wanted) -> Iterator[str]:
    """Give each event as a line of JSON, in the order in which they were written.

    Batch by batch: neither memory nor a transaction grows with the log. Events of transactions
    that are open meanwhile may be missed at the end; ask again from a moment before it.
    """
    query = _select(wanted).order_by(AuditEvent.id).limit(BATCH)
    after: UUID | None = None
    while True:
        page = query if after is None else query.where(AuditEvent.id > after)
        with database.read() as session:
            events = session.scalars(page).all()
        for event in events:
            yield render(event) + "\n"
        if len(events) < BATCH:
            return
        after = events[-1].id


def render(event: AuditEvent) -> str:
    """Return an event as one line of JSON without its end."""
    fields = {
        "id": str(event.id),
        "time": event.created_at.isoformat(),
        "action": event.action,
        "actor": event.actor,
        "organization_id": _text(event.organization_id),
        "project_id": _text(event.project_id),
        "subject": _text(event.subject),
        "engine_version": event.engine_version,
        "details": event.details,
    }
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def forget_old(database: Database, age: timedelta, limit: int) -> int:
    """Delete up to `limit` events older than `age`, the oldest first; return how many."""
    before = first_id(now() - age)
    with database.read() as session:
        old = session.scalars(
            select(AuditEvent.id).where(AuditEvent.id < before).order_by(AuditEvent.id).limit(limit)
        ).all()
    if not old:
        return 0
    with database.write() as session:
        session.execute(delete(AuditEvent).where(AuditEvent.id <= old[-1]))
    return len(old)


def _select(wanted: Wanted) -> Select[AuditEvent]:
    query = select(AuditEvent)
    if wanted.since is not None:
        query = query.where(AuditEvent.id >= first_id(wanted.since))
    if wanted.until is not None:
        query = query.where(AuditEvent.id < first_id(wanted.until))
    if wanted.project_id is not None:
        query = query.where(AuditEvent.project_id == wanted.project_id)
    if wanted.organization_id is not None:
        projects = select(Project.id).where(Project.organization_id == wanted.organization_id)
        query = query.where(
            or_(
                AuditEvent.organization_id == wanted.organization_id,
                AuditEvent.project_id.in_(projects),
            )
        )
    return query


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
