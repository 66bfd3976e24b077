"""Periodic maintenance: requeues expired leases, enforces deadlines, applies retention."""

import fcntl
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, delete, select, text
from sqlalchemy.exc import SQLAlchemyError

from app.audit.export import delete_old_events
from app.broker import MAX_MESSAGES, Notifier
from app.db import Database, now
from app.files import pending
from app.files.blobs.protocol import BlobStore
from app.files.cache import FileCache
from app.files.deletions import BlobDeleter
from app.jobs import recovery
from app.jobs.models import Worker
from app.labels.labelled_files import request_fits_of_deleted
from app.learning import queue as learning
from app.lint import requests as lint
from app.maintenance.retention import apply_project_retention, delete_old_files, delete_old_jobs
from app.previews import requests as previews
from app.settings import Settings
from app.webhooks import outbox

log = logging.getLogger(__name__)

# The key of an advisory lock; any number that no other lock uses.
SWEEP_LOCK = 0x7377_6565_70
# The first wake-up of a newly queued item is still on its way for this long.
WAKEUP_SECONDS = 6.0
WORKER_ROW_AGE = timedelta(days=1)
# Computing the size of the cache adds up all of its rows.
EVICTION_SECONDS = 60.0
# One message starts a deliverer, which works until no delivery is due.
MAX_DELIVERY_MESSAGES = 8
MAX_CACHE_ENTRIES = 500
MAX_BLOBS = 500
MAX_OLD_ROWS = 100
MAX_AUDIT_EVENTS = 5000
# Each run reads all old rows that a project keeps, and makes two queries for each project that has
# its own retention.
RETENTION_SECONDS = 60.0
STALE_UPLOAD_SECONDS = 3600.0
# Counts the labels of all projects that have models.
LEARNING_SECONDS = 30.0
STALE_UPLOAD_AGE = timedelta(days=1)


class Interval:
    """The least time between two runs of a step."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until = 0.0

    @property
    def is_over(self) -> bool:
        """Whether the step is due."""
        return time.monotonic() >= self._until

    def begin(self) -> None:
        """Hold the step back from now on."""
        self._until = time.monotonic() + self._seconds

    def end(self) -> None:
        """Make the step due at the next pass."""
        self._until = 0.0


class Sweeper:
    """A thread that runs every maintenance step, each with a bounded amount of work a pass.

    Every API process has one; a lock lets one of them work at a time.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        notifier: Notifier,
        cache: FileCache,
        blobs: BlobStore,
    ) -> None:
        self._settings = settings
        self._database = database
        self._notifier = notifier
        self._cache = cache
        self._blobs = blobs
        self._deleter = BlobDeleter(database, blobs)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)
        self._wakeup_interval = Interval(WAKEUP_SECONDS)
        self._eviction_interval = Interval(EVICTION_SECONDS)
        self._retention_interval = Interval(RETENTION_SECONDS)
        self._stale_upload_interval = Interval(STALE_UPLOAD_SECONDS)
        self._learning_interval = Interval(LEARNING_SECONDS)

    def start(self) -> None:
        """Start the thread, which makes a pass every `sweep_seconds`."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread after the current pass; waits for 10 seconds at most."""
        self._stopping.set()
        self._thread.join(timeout=10)

    def sweep(self) -> None:
        """Make one pass, unless another process is making one."""
        with _lock(self._database, self._settings.data_dir) as is_held:
            if not is_held:
                return
            for step in (
                self._recover_jobs,
                self._request_fits,
                self._wake_workers,
                self._wake_deliverers,
                self._delete_workers,
                self._apply_retention,
                self._delete_expired_uploads,
                self._delete_old_lint,
                self._evict_cache,
                self._delete_blobs,
                self._delete_stale_uploads,
            ):
                try:
                    step()
                except Exception:  # one failing step must not stop the others
                    log.exception(
                        "maintenance step failed; retrying at the next pass",
                        extra={"step": step.__name__.removeprefix("_")},
                    )

    def _run(self) -> None:
        while not self._stopping.wait(self._settings.sweep_seconds):
            try:
                self.sweep()
            except Exception:  # any failure: the thread must survive
                log.exception("maintenance pass failed; retrying")

    def _recover_jobs(self) -> None:
        requeued = recovery.requeue_expired(self._database, self._settings.max_attempts)
        ended = recovery.end_overdue(self._database)
        if requeued or ended:
            log.warning(
                "requeued expired items and ended overdue jobs",
                extra={"items": requeued, "jobs": ended},
            )
        if requeued:
            self._wakeup_interval.end()

    def _request_fits(self) -> None:
        """Ask for fits where labels were deleted with their files."""
        if self._learning_interval.is_over:
            self._learning_interval.begin()
            request_fits_of_deleted(self._database)

    def _wake_workers(self) -> None:
        """Send the wake-ups that are missing when fewer wait than there is work to claim."""
        if not self._wakeup_interval.is_over:
            return
        open_items = recovery.count_open(self._database, MAX_MESSAGES)
        with self._database.read() as session:
            open_items += previews.count_open(session, MAX_MESSAGES)
            open_items += lint.count_open(session, MAX_MESSAGES)
            if self._settings.learn == "on":
                open_items += learning.count_due(session, MAX_MESSAGES)
        if not open_items:
            return
        waiting = self._notifier.waiting() or 0
        if waiting < open_items:
            self._wakeup_interval.begin()
            self._notifier.notify(open_items - waiting)

    def _wake_deliverers(self) -> None:
        """Send wake-ups for deliveries that are due: retries, or a lost wake-up."""
        due = outbox.count_due(self._database, MAX_DELIVERY_MESSAGES)
        if due:
            self._notifier.notify_deliveries(due)

    def _delete_workers(self) -> None:
        """Delete the heartbeat rows of workers that have ended."""
        is_old = Worker.seen_at < now() - WORKER_ROW_AGE
        # Reading first avoids the writers' lock of SQLite when there is nothing to delete.
        with self._database.read() as session:
            if session.scalar(select(Worker.id).where(is_old).limit(1)) is None:
                return
        with self._database.write() as session:
            session.execute(delete(Worker).where(is_old))

    def _apply_retention(self) -> None:
        """Delete jobs, files and audit events older than their retention."""
        if not self._retention_interval.is_over:
            return
        deleted = apply_project_retention(self._database, MAX_OLD_ROWS)
        if age := self._settings.job_retention_seconds:
            deleted.jobs += delete_old_jobs(self._database, timedelta(seconds=age), MAX_OLD_ROWS)
        if age := self._settings.file_retention_seconds:
            deleted.files += delete_old_files(self._database, timedelta(seconds=age), MAX_OLD_ROWS)
        events = 0
        if age := self._settings.audit_retention_seconds:
            events = delete_old_events(self._database, timedelta(seconds=age), MAX_AUDIT_EVENTS)
        if deleted:
            log.info(
                "deleted jobs and files past their retention",
                extra={"jobs": deleted.jobs, "files": deleted.files},
            )
        # A step that reached a limit has more to delete: it runs again at the next pass.
        if max(deleted.jobs, deleted.files) < MAX_OLD_ROWS and events < MAX_AUDIT_EVENTS:
            self._retention_interval.begin()

    def _delete_expired_uploads(self) -> None:
        deleted = pending.delete_expired(self._database, MAX_OLD_ROWS)
        if deleted:
            log.info("deleted expired upload links", extra={"links": deleted})

    def _delete_old_lint(self) -> None:
        lint.delete_old(self._database)

    def _evict_cache(self) -> None:
        if not self._eviction_interval.is_over:
            return
        evicted = self._cache.evict(MAX_CACHE_ENTRIES)
        if evicted:
            log.debug("evicted cache entries", extra={"entries": evicted})
        if evicted < MAX_CACHE_ENTRIES:
            self._eviction_interval.begin()

    def _delete_blobs(self) -> None:
        self._deleter.delete_next(MAX_BLOBS)

    def _delete_stale_uploads(self) -> None:
        """Delete partial uploads of servers that crashed."""
        if not self._stale_upload_interval.is_over:
            return
        self._stale_upload_interval.begin()
        deleted = self._blobs.delete_stale_uploads(STALE_UPLOAD_AGE)
        if deleted:
            log.info("deleted interrupted uploads", extra={"uploads": deleted})


@contextmanager
def _lock(database: Database, data_dir: Path) -> Iterator[bool]:
    """Give whether this process holds the lock: an advisory lock, on SQLite a file lock."""
    if database.is_sqlite:
        with (data_dir / "sweep.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True
        return
    with database.engine.connect() as connection:
        is_held = connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": SWEEP_LOCK})
        # Ends the transaction: an open one would hold back vacuum during the pass.
        connection.commit()
        try:
            yield bool(is_held)
        finally:
            if is_held:
                _unlock(connection)


def _unlock(connection: Connection) -> None:
    try:
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": SWEEP_LOCK})
        connection.commit()
    except SQLAlchemyError:
        # A pooled connection would keep the lock, and no process could sweep again.
        connection.invalidate()
        raise
