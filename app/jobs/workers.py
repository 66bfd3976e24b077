"""The worker processes that are alive, as their heartbeats show."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import now
from app.jobs.models import Worker

# A worker whose last heartbeat is older counts as dead.
MAX_HEARTBEAT_AGE = timedelta(seconds=60)


def find_workers(session: Session) -> Sequence[Worker]:
    """Return the live worker processes, the oldest first."""
    query = select(Worker).where(Worker.seen_at > now() - MAX_HEARTBEAT_AGE)
    return session.scalars(query.order_by(Worker.started_at, Worker.id)).all()


def find_capabilities(session: Session) -> Sequence[dict[str, Any]]:
    """Return what each live worker process can do, as its heartbeat says."""
    query = select(Worker.capabilities).where(Worker.seen_at > now() - MAX_HEARTBEAT_AGE)
    return session.scalars(query).all()
