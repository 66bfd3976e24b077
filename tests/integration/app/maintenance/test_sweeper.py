"""The sweeper: lost items, overdue jobs, lost wake-ups, forgotten workers, full cache."""

import os
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import delete, event, select, update
from sqlalchemy.exc import OperationalError

from app.db import now
from app.files import service as files
from app.files.blobs.local import LocalBlobStore
from app.files.cache import CacheOwner, FileCache, NewCacheEntry
from app.files.models import CacheEntry, CacheKind, File
from app.jobs import recovery
from app.jobs.models import Item, Job, Worker
from app.maintenance import sweeper as sweep
from app.maintenance.sweeper import Sweeper
from app.settings import Settings
from devtools.tenant_data import TenantData
from devtools.waiting import until

OVER = timedelta(seconds=-1)


class Notifier:
    """A queue of known length that counts what is put into it."""

    def __init__(self, waiting: int | None = None) -> None:
        self.waits = waiting
        self.asked: list[int] = []

    def notify(self, items: int) -> None:
        self.asked.append(items)

    def notify_deliveries(self, deliveries: int) -> None:
        pass

    def waiting(self) -> int | None:
        return self.waits

    def check(self) -> None:
        pass


def sweeper(
    tenants: TenantData,
    folder: Path,
    notifier: Notifier | None = None,
    cache_bytes: int = 100,
    **settings: int,
) -> Sweeper:
    chosen = Settings(data_dir=folder, sweep_seconds=0.05, max_attempts=2, **settings)  # type: ignore[arg-type]
    blobs = LocalBlobStore(chosen.blob_dir)
    cache = FileCache(tenants.database, blobs, cache_bytes)
    return Sweeper(chosen, tenants.database, notifier or Notifier(), cache, blobs)


def test_an_item_of_a_lost_worker_is_requeued_and_wakes_a_worker(
    tenants: TenantData, tmp_path: Path
) -> None:
    job_id, notifier = tenants.job(2), Notifier()
    tenants.claim(lease=OVER)

    sweeper(tenants, tmp_path, notifier).sweep()

    assert [item.status for item in tenants.items(job_id)] == ["queued", "queued"]
    assert notifier.asked == [2]


def test_an_item_that_loses_every_worker_ends(tenants: TenantData, tmp_path: Path) -> None:
    job_id = tenants.job(1)
    for _ in range(2):
        tenants.claim(lease=OVER)
        sweeper(tenants, tmp_path).sweep()

    assert tenants.read_job(job_id).status == "ERROR"


def test_an_overdue_job_ends(tenants: TenantData, tmp_path: Path) -> None:
    job_id = tenants.job(2, deadline=OVER)

    sweeper(tenants, tmp_path).sweep()

    assert tenants.read_job(job_id).status == "ERROR"
    assert {item.error_code for item in tenants.items(job_id)} == {"deadline_exceeded"}


@pytest.mark.parametrize(
    ("items", "waiting", "asked"),
    [(0, 0, []), (3, None, [3]), (3, 0, [3]), (3, 2, [1]), (3, 3, []), (3, 9, [])],
)
def test_wake_ups_are_repeated_when_fewer_wait_than_items(
    tenants: TenantData, tmp_path: Path, items: int, waiting: int | None, asked: list[int]
) -> None:
    if items:
        tenants.job(items)
    notifier = Notifier(waiting)

    sweeper(tenants, tmp_path, notifier).sweep()

    assert notifier.asked == asked


def test_wake_ups_are_not_repeated_at_every_pass(
    tenants: TenantData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "WAKEUP_SECONDS", 3600.0)  # however slow the passes are
    tenants.job(3)
    notifier = Notifier(0)
    ours = sweeper(tenants, tmp_path, notifier)

    for _ in range(5):
        ours.sweep()

    assert notifier.asked == [3]


def test_rows_of_workers_not_seen_for_a_day_are_deleted(
    tenants: TenantData, tmp_path: Path
) -> None:
    with tenants.database.write() as session:
        session.add(Worker(id="today", seen_at=now(), capabilities={}))
        session.add(Worker(id="long ago", seen_at=now() - timedelta(days=2), capabilities={}))

    sweeper(tenants, tmp_path).sweep()

    with tenants.database.read() as session:
        assert session.scalars(select(Worker.id)).all() == ["today"]


def cached_files(tenants: TenantData, folder: Path, count: int) -> list[UUID]:
    """Make files with 10 bytes of cache each."""
    made = [tenants.file() for _ in range(count)]
    cache(tenants, folder, made)
    return made


def cache(tenants: TenantData, folder: Path, owners: list[UUID]) -> None:
    cache = FileCache(tenants.database, LocalBlobStore(folder / "blobs"), 1000)
    for file_id in owners:
        entry = NewCacheEntry(CacheKind.DOCUMENT, "k", bytes(10))
        cache.put(CacheOwner(tenants.first.project_id, file_id), [entry])


def cached_now(tenants: TenantData, folder: Path) -> tuple[list[UUID | None], int]:
    """Return the files that have cache, and how many blobs there are."""
    with tenants.database.read() as session:
        owners = list(session.scalars(select(CacheEntry.file_id).order_by(CacheEntry.id)))
    return owners, sum(path.is_file() for path in (folder / "blobs").rglob("*"))


def test_cache_entries_of_deleted_files_are_deleted_with_their_blobs(
    tenants: TenantData, tmp_path: Path
) -> None:
    deleted, kept = cached_files(tenants, tmp_path, 2)
    with tenants.database.write() as session:
        files.remove(session, tenants.first, deleted)
    assert cached_now(tenants, tmp_path) == ([kept], 2), "the blob is still there"

    sweeper(tenants, tmp_path).sweep()

    assert cached_now(tenants, tmp_path) == ([kept], 1)


def test_the_least_recently_used_entries_beyond_the_bound_are_deleted(
    tenants: TenantData, tmp_path: Path
) -> None:
    made = cached_files(tenants, tmp_path, 4)

    sweeper(tenants, tmp_path, cache_bytes=25).sweep()

    assert cached_now(tenants, tmp_path) == (made[2:], 2)


def test_a_cache_that_is_switched_off_is_emptied(tenants: TenantData, tmp_path: Path) -> None:
    cached_files(tenants, tmp_path, 2)

    sweeper(tenants, tmp_path, cache_bytes=0).sweep()

    assert cached_now(tenants, tmp_path) == ([], 0)


def test_a_pass_without_work_changes_and_logs_nothing(
    tenants: TenantData, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = cached_files(tenants, tmp_path, 2)
    caplog.set_level("DEBUG", logger="app")

    ours = sweeper(tenants, tmp_path)
    for _ in range(3):
        ours.sweep()

    assert caplog.messages == []
    assert cached_now(tenants, tmp_path) == (made, 2)


def test_only_one_sweeps_at_a_time(tenants: TenantData, tmp_path: Path) -> None:
    job_id = tenants.job(1)
    tenants.claim(lease=OVER)

    with sweep._lock(tenants.database, tmp_path) as is_held:
        assert is_held
        sweeper(tenants, tmp_path).sweep()
        assert tenants.items(job_id)[0].status == "running", "another sweeper has the lock"
    sweeper(tenants, tmp_path).sweep()

    assert tenants.items(job_id)[0].status == "queued"


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_lock_that_cannot_be_released_ends_with_its_connection(
    tenants: TenantData, tmp_path: Path
) -> None:
    def fail(_c: object, _u: object, statement: str, *_: object) -> None:
        if "pg_advisory_unlock" in statement:
            raise OperationalError(statement, None, Exception("it takes too long"))

    event.listen(tenants.database.engine, "before_cursor_execute", fail)
    with pytest.raises(OperationalError), sweep._lock(tenants.database, tmp_path):
        pass
    event.remove(tenants.database.engine, "before_cursor_execute", fail)

    with tenants.database.engine.connect(), sweep._lock(tenants.database, tmp_path) as is_held:
        assert is_held


def test_the_thread_survives_a_pass_that_fails(tenants: TenantData, tmp_path: Path) -> None:
    class Broken(Notifier):
        def waiting(self) -> int | None:
            self.asked.append(0)
            raise ConnectionError("the broker is away")

    tenants.job(1)
    notifier = Broken()
    ours = sweeper(tenants, tmp_path, notifier)
    ours.start()
    try:
        until(lambda: len(notifier.asked) >= 3, "three passes")
    finally:
        began = time.monotonic()
        ours.stop()

    assert time.monotonic() - began < 60


def test_a_failing_step_does_not_stop_the_others(tenants: TenantData, tmp_path: Path) -> None:
    class Broken(Notifier):
        def waiting(self) -> int | None:
            raise ConnectionError("the broker is away")

    tenants.job(1)
    made = cached_files(tenants, tmp_path, 4)

    sweeper(tenants, tmp_path, Broken(), cache_bytes=25).sweep()

    assert cached_now(tenants, tmp_path) == (made[2:], 2)


def make_old(tenants: TenantData, row_id: UUID, age: timedelta) -> UUID:
    """Make a job or a file look as if it had been made that long ago; return its new id."""
    moment = now() - age
    old_id = UUID(int=int(moment.timestamp() * 1000) << 80 | row_id.int & (1 << 80) - 1)
    with tenants.database.write() as session:
        for table, holds in ((Job, Item.job_id), (File, Item.file_id)):
            session.execute(
                update(table).where(table.id == row_id).values(id=old_id, created_at=moment)
            )
            session.execute(update(Item).where(holds == row_id).values({holds: old_id}))
    return old_id


class TestRetention:
    HOUR = timedelta(hours=1)

    def files_left(self, tenants: TenantData) -> set[UUID]:
        with tenants.database.read() as session:
            return set(session.scalars(select(File.id)))

    def test_old_files_are_deleted_with_their_bytes_unless_a_job_needs_them(
        self, tenants: TenantData, tmp_path: Path
    ) -> None:
        new = tenants.file()
        old, awaited = (make_old(tenants, tenants.file(), 2 * self.HOUR) for _ in range(2))
        cache(tenants, tmp_path, [new, old, awaited])
        tenants.job([awaited])
        ours = sweeper(tenants, tmp_path, file_retention_seconds=3600)

        ours.sweep()

        assert self.files_left(tenants) == {new, awaited}
        owners, blobs = cached_now(tenants, tmp_path)
        assert (set(owners), blobs) == ({new, awaited}, 2)

    def test_old_jobs_are_deleted_once_they_have_ended(
        self, tenants: TenantData, tmp_path: Path
    ) -> None:
        made = [tenants.job(2, deadline=OVER) for _ in range(2)]
        recovery.end_overdue(tenants.database)
        open_job = tenants.job(1)
        with tenants.database.write() as session:
            session.execute(delete(Item).where(Item.job_id.in_([made[0], open_job])))
        old, still_open = (make_old(tenants, each, 2 * self.HOUR) for each in (made[0], open_job))

        sweeper(tenants, tmp_path, job_retention_seconds=3600).sweep()

        with tenants.database.read() as session:
            left = set(session.scalars(select(Job.id)))
        assert left == {made[1], still_open}
        assert old not in left

    def test_nothing_is_deleted_without_a_retention(
        self, tenants: TenantData, tmp_path: Path
    ) -> None:
        old = make_old(tenants, tenants.file(), timedelta(days=3000))

        sweeper(tenants, tmp_path).sweep()

        assert self.files_left(tenants) == {old}


def test_interrupted_uploads_are_deleted_after_a_day(tenants: TenantData, tmp_path: Path) -> None:
    incoming = tmp_path / "blobs" / "incoming"
    incoming.mkdir(parents=True)
    for name, age in (("old", timedelta(days=2)), ("new", timedelta(hours=1))):
        (incoming / name).write_bytes(b"half a file")
        then = (now() - age).timestamp()
        os.utime(incoming / name, (then, then))

    sweeper(tenants, tmp_path).sweep()

    assert [path.name for path in incoming.iterdir()] == ["new"]
