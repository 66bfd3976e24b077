"""Metrics of the queue and of workers, read from the database at each scrape.

Each query reads an index of open work only, and counts up to a bound.
"""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database, now
from app.jobs.models import Item, ItemStatus, Job, JobStatus
from app.jobs.workers import measure_workforce
from app.paging import count_up_to

MAX_COUNT = 100_000


class QueueCollector(Collector):
    """The metrics of the queue, read when the collector is created."""

    def __init__(self, database: Database) -> None:
        with database.read() as session:
            self.items = {
                status: count_up_to(
                    session, select(Item.id).where(Item.status == status), MAX_COUNT
                )
                for status in (ItemStatus.QUEUED, ItemStatus.RUNNING)
            }
            pending = select(Job.id).where(Job.status == JobStatus.PENDING)
            self.jobs = count_up_to(session, pending, MAX_COUNT)
            self.oldest_seconds = _oldest_seconds(session)
            self.workers = measure_workforce(session).count

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics."""
        items = GaugeMetricFamily(
            "pigeonhole_queue_items", "Files of open jobs, by status.", labels=["status"]
        )
        for status, count in self.items.items():
            items.add_metric([status.value], count)
        yield items
        yield _gauge("pigeonhole_jobs_open", "Jobs that have not ended.", self.jobs)
        yield _gauge(
            "pigeonhole_queue_oldest_seconds",
            "Age of the oldest unfinished file; 0 without one.",
            self.oldest_seconds,
        )
        yield _gauge(
            "pigeonhole_workers",
            "Worker processes with a heartbeat in the last seconds.",
            self.workers,
        )


class DatabaseUp(Collector):
    """Whether the database answered the queries of the queue."""

    def __init__(self, *, is_up: bool) -> None:
        self._is_up = is_up

    def collect(self) -> Iterator[Metric]:
        """Yield one gauge, 1 or 0."""
        yield _gauge("pigeonhole_database_up", "Whether the database answered.", self._is_up)


def _oldest_seconds(session: Session) -> float:
    """Return the age of the oldest open job, which is also the age of its open files.

    Sorted by deadline, because the deadline has an index.
    """
    oldest = session.scalar(
        select(Job.created_at)
        .where(Job.status == JobStatus.PENDING)
        .order_by(Job.deadline_at)
        .limit(1)
    )
    return 0.0 if oldest is None else max(0.0, (now() - oldest).total_seconds())


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=float(value))
