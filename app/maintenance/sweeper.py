"""The sweeper: what nobody else does in time, it does, a bounded amount at each pass."""

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

from app.audit.export import forget_old
from app.broker import MOST_MESSAGES, Wakeups
from app.db import Database, now
from app.files import pending
from app.files.blobs.protocol import BlobStore
from app.files.cache import FileCache
from app.jobs import recovery
from app.jobs.models import Worker
from app.maintenance.retention import apply_project_retention, delete_old_files, delete_old_jobs
from app.settings import Settings
from app.webhooks import outbox

log = logging.getLogger(__name__)

SWEEP_LOCK = 0x7377_6565_70
# A queued item younger than this has its wake-up on the way.
REPEAT_SECONDS = 6.0
FORGET_WORKERS_AFTER = timedelta(days=1)
# The size of all caches is the sum over their rows: not to be taken at every pass.
EVICT_SECONDS = 60.0
# Who delivers goes on until nothing is due, so a few messages are enough.
MOST_DELIVERY_MESSAGES = 8
MOST_CACHE_ENTRIES = 500
MOST_OLD = 100
MOST_EVENTS = 5000
# Rows that are old and stay, because a project keeps them, are looked through each time; and each
# project with a retention of its own costs two queries.
RETENTION_SECONDS = 60.0
LEFTOVER_SECONDS = 3600.0
LEFTOVER_AGE = timedelta(days=1)


class Pause:
    """The time between two runs of a step that is not for every pass."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until = 0.0

    @property
    def is_over(self) -> bool:
        """Whether the step shall run."""
        return time.monotonic() >= self._until

    def begin(self) -> None:
        """Let the step rest from now on."""
        self._until = time.monotonic() + self._seconds

    def end(self) -> None:
        """Have the step run at the next pass."""
        self._until = 0.0


class Sweeper:
    """A thread that looks for expired leases, passed deadlines, lost wake-ups, and what must go.

    Every API process has one; a lock lets one of them work at a time.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        wakeups: Wakeups,
        cache: FileCache,
        blobs: BlobStore,
    ) -> None:
        self._settings = settings
        self._database = database
        self._wakeups = wakeups
        self._cache = cache
        self._blobs = blobs
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)
        self._repetition = Pause(REPEAT_SECONDS)
        self._eviction = Pause(EVICT_SECONDS)
        self._retention = Pause(RETENTION_SECONDS)
        self._leftovers = Pause(LEFTOVER_SECONDS)

    def start(self) -> None:
        """Begin to sweep every `sweep_seconds`."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread, after the pass that it may be in."""
        self._stopping.set()
        self._thread.join(timeout=10)

    def sweep(self) -> None:
        """Make one pass, unless another process is making one."""
        with _alone(self._database, self._settings.data_dir) as is_ours:
            if not is_ours:
                return
            for step in (
                self._recover,
                self._wake_workers,
                self._wake_for_deliveries,
                self._forget_workers,
                self._delete_old,
                self._forget_promises,
                self._tidy_caches,
                self._remove_leftovers,
            ):
                try:
                    step()
                except Exception:  # a broker that is away must not keep deadlines waiting
                    log.exception("a part of a sweep failed; the next one is on its way")

    def _run(self) -> None:
        while not self._stopping.wait(self._settings.sweep_seconds):
            try:
                self.sweep()
            except Exception:  # whatever it is, the next pass must come
                log.exception("a sweep failed; the next one is on its way")

    def _recover(self) -> None:
        lost = recovery.take_back_expired(self._database, self._settings.max_attempts)
        overdue = recovery.end_overdue(self._database)
        if lost or overdue:
            log.warning(
                "took items of lost workers back, ended overdue jobs",
                extra={"items": lost, "jobs": overdue},
            )
        if lost:
            self._repetition.end()

    def _wake_workers(self) -> None:
        """Wake workers again when clearly fewer wake-ups wait than items."""
        if not self._repetition.is_over:
            return
        open_items = recovery.count_open(self._database, MOST_MESSAGES)
        if not open_items:
            return
        waiting = self._wakeups.waiting() or 0
        if waiting < open_items:
            self._repetition.begin()
            self._wakeups.notify(open_items - waiting)

    def _wake_for_deliveries(self) -> None:
        """Wake those who deliver when retries have come due, or a wake-up was lost."""
        due = outbox.count_due(self._database, MOST_DELIVERY_MESSAGES)
        if due:
            self._wakeups.notify_deliveries(due)

    def _forget_workers(self) -> None:
        is_gone = Worker.seen_at < now() - FORGET_WORKERS_AFTER
        # Looking first costs no writer's lock when there is nobody to forget.
        with self._database.read() as session:
            if session.scalar(select(Worker.id).where(is_gone).limit(1)) is None:
                return
        with self._database.write() as session:
            session.execute(delete(Worker).where(is_gone))

    def _tidy_caches(self) -> None:
        """Remove caches of deleted files, and what is too much."""
        self._cache.purge(MOST_CACHE_ENTRIES)
        if not self._eviction.is_over:
            return
        evicted = self._cache.evict(MOST_CACHE_ENTRIES)
        if evicted:
            log.debug("evicted caches", extra={"entries": evicted})
        if evicted < MOST_CACHE_ENTRIES:
            self._eviction.begin()

    def _delete_old(self) -> None:
        """Delete what is older than its project or the settings keep it, and old audit events."""
        if not self._retention.is_over:
            return
        deleted = apply_project_retention(self._database, MOST_OLD)
        if age := self._settings.job_retention_seconds:
            deleted.jobs += delete_old_jobs(self._database, timedelta(seconds=age), MOST_OLD)
        if age := self._settings.file_retention_seconds:
            deleted.files += delete_old_files(self._database, timedelta(seconds=age), MOST_OLD)
        events = 0
        if age := self._settings.audit_retention_seconds:
            events = forget_old(self._database, timedelta(seconds=age), MOST_EVENTS)
        if deleted:
            log.info(
                "deleted what is too old", extra={"jobs": deleted.jobs, "files": deleted.files}
            )
        # Where a limit was reached there is more to do: at the next pass.
        if max(deleted.jobs, deleted.files) < MOST_OLD and events < MOST_EVENTS:
            self._retention.begin()

    def _forget_promises(self) -> None:
        forgotten = pending.delete_expired(self._database, MOST_OLD)
        if forgotten:
            log.info("forgot links whose bytes never came", extra={"links": forgotten})

    def _remove_leftovers(self) -> None:
        """Remove uploads that nobody goes on with: their server was lost."""
        if not self._leftovers.is_over:
            return
        self._leftovers.begin()
        removed = self._blobs.delete_stale_uploads(LEFTOVER_AGE)
        if removed:
            log.info("removed uploads that were cut short", extra={"uploads": removed})


@contextmanager
def _alone(database: Database, data_dir: Path) -> Iterator[bool]:
    """Tell whether this process may sweep now: an advisory lock, on SQLite a file lock."""
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
        taken = connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": SWEEP_LOCK})
        # Not in a transaction while sweeping: an idle one would hold back vacuum.
        connection.commit()
        try:
            yield bool(taken)
        finally:
            if taken:
                _unlock(connection)


def _unlock(connection: Connection) -> None:
    try:
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": SWEEP_LOCK})
        connection.commit()
    except SQLAlchemyError:
        # Back in the pool it would hold the lock for as long as it lives, and nobody could sweep.
        connection.invalidate()
        raise
