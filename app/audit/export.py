"""Read the audit log, and delete its oldest events."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, or_, select

from app.audit.models import AuditEvent
from app.db import Database, first_id, now

BATCH = 1000


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events to read; None selects all. `since` is included, `until` is not.

    `project_ids`, values or a query, and `organization_id` select the events of either.
    """

    since: datetime | None = None
    until: datetime | None = None
    project_ids: Collection[UUID] | Select[UUID] | None = None
    organization_id: UUID | None = None


def export_events(database: Database, events: EventFilter) -> Iterator[str]:
    """Yield the events as lines of JSON, oldest first, in pieces of up to BATCH lines.

    Neither memory nor a transaction grows with the log. Events of concurrent transactions may be
    missing at the end; a later call with an earlier `since` finds them.
    """
    query = _select(events).order_by(AuditEvent.id).limit(BATCH)
    after: UUID | None = None
    while True:
        page = query if after is None else query.where(AuditEvent.id > after)
        with database.read() as session:
            batch = session.scalars(page).all()
        if batch:
            # A line alone would cost the server a change of threads.
            yield "".join(f"{_to_json(event)}\n" for event in batch)
        if len(batch) < BATCH:
            return
        after = batch[-1].id


def delete_old_events(database: Database, age: timedelta, limit: int) -> int:
    """Delete up to `limit` events older than `age`, oldest first; return how many."""
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


def _select(events: EventFilter) -> Select[AuditEvent]:
    query = select(AuditEvent)
    if events.since is not None:
        query = query.where(AuditEvent.id >= first_id(events.since))
    if events.until is not None:
        query = query.where(AuditEvent.id < first_id(events.until))
    owners: list[ColumnElement[bool]] = []
    if events.project_ids is not None:
        owners.append(AuditEvent.project_id.in_(events.project_ids))
    if events.organization_id is not None:
        owners.append(AuditEvent.organization_id == events.organization_id)
    return query.where(or_(*owners)) if owners else query


def _to_json(event: AuditEvent) -> str:
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


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
