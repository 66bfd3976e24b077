"""What the database tells at each scrape: how much work waits, how long, and who is there.

Each question reads an index that holds open work only, and counts to a bound.
"""

import logging
from collections.abc import Iterator
from uuid import UUID

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.db import Database, now
from app.jobs.models import Item, ItemStatus, Job, JobStatus
from app.jobs.workers import count_workers

log = logging.getLogger(__name__)

COUNT_BOUND = 100_000


class QueueCollector(Collector):
    """The figures of the queue, asked once, when this is made."""

    def __init__(self, database: Database) -> None:
        with database.read() as session:
            self.items = {
                status: _count(session, select(Item.id).where(Item.status == status))
                for status in (ItemStatus.QUEUED, ItemStatus.RUNNING)
            }
            pending = select(Job.id).where(Job.status == JobStatus.PENDING)
            self.jobs = _count(session, pending)
            self.oldest_seconds = _oldest_seconds(session)
            self.workers = count_workers(session)

    def collect(self) -> Iterator[Metric]:
        """Return the figures as Prometheus knows them."""
        items = GaugeMetricFamily(
            "pigeonhole_queue_items", "Files of open jobs, by status.", labels=["status"]
        )
        for status, count in self.items.items():
            items.add_metric([status.value], count)
        yield items
        yield _gauge("pigeonhole_jobs_open", "Jobs that have not ended.", self.jobs)
        yield _gauge(
            "pigeonhole_queue_oldest_seconds",
            "Age of the oldest file that has not ended; 0 when there is none.",
            self.oldest_seconds,
        )
        yield _gauge("pigeonhole_workers", "Worker processes seen lately.", self.workers)


class DatabaseUp(Collector):
    """Whether the figures of the queue could be had."""

    def __init__(self, *, is_up: bool) -> None:
        self._is_up = is_up

    def collect(self) -> Iterator[Metric]:
        """Return one gauge, 1 or 0."""
        yield _gauge("pigeonhole_database_up", "Whether the database answered.", self._is_up)


def _oldest_seconds(session: Session) -> float:
    """Return the age of the oldest open job, which is the age of its open files.

    In the order of deadlines, for which there is an index.
    """
    oldest = session.scalar(
        select(Job.created_at)
        .where(Job.status == JobStatus.PENDING)
        .order_by(Job.deadline_at)
        .limit(1)
    )
    return 0.0 if oldest is None else max(0.0, (now() - oldest).total_seconds())


def _count(session: Session, query: Select[UUID]) -> int:
    bounded = query.limit(COUNT_BOUND).subquery()
    return session.scalar(select(func.count()).select_from(bounded)) or 0


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=float(value))
