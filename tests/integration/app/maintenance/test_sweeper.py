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
from devtools.waiting import until
from devtools.world import World

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
    world: World,
    folder: Path,
    notifier: Notifier | None = None,
    cache_bytes: int = 100,
    **settings: int,
) -> Sweeper:
    chosen = Settings(data_dir=folder, sweep_seconds=0.05, max_attempts=2, **settings)  # type: ignore[arg-type]
    blobs = LocalBlobStore(chosen.blob_dir)
    cache = FileCache(world.database, blobs, cache_bytes)
    return Sweeper(chosen, world.database, notifier or Notifier(), cache, blobs)


def test_an_item_of_a_lost_worker_is_requeued_and_wakes_a_worker(
    world: World, tmp_path: Path
) -> None:
    job_id, notifier = world.job(2), Notifier()
    world.claim(lease=OVER)

    sweeper(world, tmp_path, notifier).sweep()

    assert [item.status for item in world.items(job_id)] == ["queued", "queued"]
    assert notifier.asked == [2]


def test_an_item_that_loses_every_worker_ends(world: World, tmp_path: Path) -> None:
    job_id = world.job(1)
    for _ in range(2):
        world.claim(lease=OVER)
        sweeper(world, tmp_path).sweep()

    assert world.read_job(job_id).status == "ERROR"


def test_an_overdue_job_ends(world: World, tmp_path: Path) -> None:
    job_id = world.job(2, deadline=OVER)

    sweeper(world, tmp_path).sweep()

    assert world.read_job(job_id).status == "ERROR"
    assert {item.error_code for item in world.items(job_id)} == {"deadline_exceeded"}


@pytest.mark.parametrize(
    ("items", "waiting", "asked"),
    [(0, 0, []), (3, None, [3]), (3, 0, [3]), (3, 2, [1]), (3, 3, []), (3, 9, [])],
)
def test_wake_ups_are_repeated_when_fewer_wait_than_items(
    world: World, tmp_path: Path, items: int, waiting: int | None, asked: list[int]
) -> None:
    if items:
        world.job(items)
    notifier = Notifier(waiting)

    sweeper(world, tmp_path, notifier).sweep()

    assert notifier.asked == asked


def test_wake_ups_are_not_repeated_at_every_pass(world: World, tmp_path: Path) -> None:
    world.job(3)
    notifier = Notifier(0)
    ours = sweeper(world, tmp_path, notifier)

    for _ in range(5):
        ours.sweep()

    assert notifier.asked == [3]


def test_rows_of_workers_not_seen_for_a_day_are_deleted(world: World, tmp_path: Path) -> None:
    with world.database.write() as session:
        session.add(Worker(id="today", seen_at=now(), capabilities={}))
        session.add(Worker(id="long ago", seen_at=now() - timedelta(days=2), capabilities={}))

    sweeper(world, tmp_path).sweep()

    with world.database.read() as session:
        assert session.scalars(select(Worker.id)).all() == ["today"]


def cached_files(world: World, folder: Path, count: int) -> list[UUID]:
    """Make files with 10 bytes of cache each."""
    made = [world.file() for _ in range(count)]
    cache(world, folder, made)
    return made


def cache(world: World, folder: Path, owners: list[UUID]) -> None:
    cache = FileCache(world.database, LocalBlobStore(folder / "blobs"), 1000)
    for file_id in owners:
        entry = NewCacheEntry(CacheKind.DOCUMENT, "k", bytes(10))
        cache.put(CacheOwner(world.here.project_id, file_id), [entry])


def cached_now(world: World, folder: Path) -> tuple[list[UUID | None], int]:
    """Return the files that have cache, and how many blobs there are."""
    with world.database.read() as session:
        owners = list(session.scalars(select(CacheEntry.file_id).order_by(CacheEntry.id)))
    return owners, sum(path.is_file() for path in (folder / "blobs").rglob("*"))


def test_cache_entries_of_deleted_files_are_deleted_with_their_blobs(
    world: World, tmp_path: Path
) -> None:
    deleted, kept = cached_files(world, tmp_path, 2)
    with world.database.write() as session:
        files.remove(session, world.here, deleted)
    assert cached_now(world, tmp_path) == ([kept], 2), "the blob is still there"

    sweeper(world, tmp_path).sweep()

    assert cached_now(world, tmp_path) == ([kept], 1)


def test_the_least_recently_used_entries_beyond_the_bound_are_deleted(
    world: World, tmp_path: Path
) -> None:
    made = cached_files(world, tmp_path, 4)

    sweeper(world, tmp_path, cache_bytes=25).sweep()

    assert cached_now(world, tmp_path) == (made[2:], 2)


def test_a_cache_that_is_switched_off_is_emptied(world: World, tmp_path: Path) -> None:
    cached_files(world, tmp_path, 2)

    sweeper(world, tmp_path, cache_bytes=0).sweep()

    assert cached_now(world, tmp_path) == ([], 0)


def test_a_pass_without_work_changes_and_logs_nothing(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = cached_files(world, tmp_path, 2)
    caplog.set_level("DEBUG", logger="app")

    ours = sweeper(world, tmp_path)
    for _ in range(3):
        ours.sweep()

    assert caplog.messages == []
    assert cached_now(world, tmp_path) == (made, 2)


def test_only_one_sweeps_at_a_time(world: World, tmp_path: Path) -> None:
    job_id = world.job(1)
    world.claim(lease=OVER)

    with sweep._lock(world.database, tmp_path) as is_held:
        assert is_held
        sweeper(world, tmp_path).sweep()
        assert world.items(job_id)[0].status == "running", "somebody else is at it"
    sweeper(world, tmp_path).sweep()

    assert world.items(job_id)[0].status == "queued"


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_lock_that_cannot_be_released_ends_with_its_connection(
    world: World, tmp_path: Path
) -> None:
    def fail(_c: object, _u: object, statement: str, *_: object) -> None:
        if "pg_advisory_unlock" in statement:
            raise OperationalError(statement, None, Exception("it takes too long"))

    event.listen(world.database.engine, "before_cursor_execute", fail)
    with pytest.raises(OperationalError), sweep._lock(world.database, tmp_path):
        pass
    event.remove(world.database.engine, "before_cursor_execute", fail)

    with world.database.engine.connect(), sweep._lock(world.database, tmp_path) as is_held:
        assert is_held


def test_the_thread_survives_a_pass_that_fails(world: World, tmp_path: Path) -> None:
    class Broken(Notifier):
        def waiting(self) -> int | None:
            self.asked.append(0)
            raise ConnectionError("the broker is away")

    world.job(1)
    notifier = Broken()
    ours = sweeper(world, tmp_path, notifier)
    ours.start()
    try:
        until(lambda: len(notifier.asked) >= 3, "three passes")
    finally:
        began = time.monotonic()
        ours.stop()

    assert time.monotonic() - began < 60


def test_a_failing_step_does_not_stop_the_others(world: World, tmp_path: Path) -> None:
    class Broken(Notifier):
        def waiting(self) -> int | None:
            raise ConnectionError("the broker is away")

    world.job(1)
    made = cached_files(world, tmp_path, 4)

    sweeper(world, tmp_path, Broken(), cache_bytes=25).sweep()

    assert cached_now(world, tmp_path) == (made[2:], 2)


def make_old(world: World, row_id: UUID, age: timedelta) -> UUID:
    """Make a job or a file look as if it had been made that long ago; return its new id."""
    moment = now() - age
    old_id = UUID(int=int(moment.timestamp() * 1000) << 80 | row_id.int & (1 << 80) - 1)
    with world.database.write() as session:
        for table, holds in ((Job, Item.job_id), (File, Item.file_id)):
            session.execute(
                update(table).where(table.id == row_id).values(id=old_id, created_at=moment)
            )
            session.execute(update(Item).where(holds == row_id).values({holds: old_id}))
    return old_id


class TestRetention:
    HOUR = timedelta(hours=1)

    def files_left(self, world: World) -> set[UUID]:
        with world.database.read() as session:
            return set(session.scalars(select(File.id)))

    def test_old_files_are_deleted_with_their_bytes_unless_a_job_needs_them(
        self, world: World, tmp_path: Path
    ) -> None:
        new = world.file()
        old, awaited = (make_old(world, world.file(), 2 * self.HOUR) for _ in range(2))
        cache(world, tmp_path, [new, old, awaited])
        world.job([awaited])
        ours = sweeper(world, tmp_path, file_retention_seconds=3600)

        ours.sweep()

        assert self.files_left(world) == {new, awaited}
        owners, blobs = cached_now(world, tmp_path)
        assert (set(owners), blobs) == ({new, awaited}, 2)

    def test_old_jobs_are_deleted_once_they_have_ended(self, world: World, tmp_path: Path) -> None:
        made = [world.job(2, deadline=OVER) for _ in range(2)]
        recovery.end_overdue(world.database)
        open_job = world.job(1)
        with world.database.write() as session:
            session.execute(delete(Item).where(Item.job_id.in_([made[0], open_job])))
        old, still_open = (make_old(world, each, 2 * self.HOUR) for each in (made[0], open_job))

        sweeper(world, tmp_path, job_retention_seconds=3600).sweep()

        with world.database.read() as session:
            left = set(session.scalars(select(Job.id)))
        assert left == {made[1], still_open}
        assert old not in left

    def test_nothing_is_deleted_without_a_retention(self, world: World, tmp_path: Path) -> None:
        old = make_old(world, world.file(), timedelta(days=3000))

        sweeper(world, tmp_path).sweep()

        assert self.files_left(world) == {old}


def test_interrupted_uploads_are_deleted_after_a_day(world: World, tmp_path: Path) -> None:
    incoming = tmp_path / "blobs" / "incoming"
    incoming.mkdir(parents=True)
    for name, age in (("old", timedelta(days=2)), ("new", timedelta(hours=1))):
        (incoming / name).write_bytes(b"half a file")
        then = (now() - age).timestamp()
        os.utime(incoming / name, (then, then))

    sweeper(world, tmp_path).sweep()

    assert [path.name for path in incoming.iterdir()] == ["new"]
