"""The sweeper: lost items, overdue jobs, lost wake-ups, forgotten workers, full caches."""

import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from app import sweep
from app.db import now
from app.files import service as files
from app.files.blobs import LocalBlobStore
from app.files.caches import Entry, FileCaches, Owner
from app.files.models import CacheKind, FileCache
from app.jobs.models import Worker
from app.settings import Settings
from app.sweep import Sweeper
from tests.e2e.client import until
from tests.integration.app.world import World

OVER = timedelta(seconds=-1)


class Wakeups:
    """A queue of known length that counts what is put into it."""

    def __init__(self, waiting: int | None = None) -> None:
        self.waits = waiting
        self.asked: list[int] = []

    def notify(self, items: int) -> None:
        self.asked.append(items)

    def waiting(self) -> int | None:
        return self.waits

    def check(self) -> None:
        pass


def sweeper(
    world: World, folder: Path, wakeups: Wakeups | None = None, cache_bytes: int = 100
) -> Sweeper:
    settings = Settings(data_dir=folder, sweep_seconds=0.05, max_attempts=2)
    caches = FileCaches(world.database, LocalBlobStore(settings.blob_dir), cache_bytes)
    return Sweeper(settings, world.database, wakeups or Wakeups(), caches)


def test_a_lost_item_goes_back_and_wakes_a_worker(world: World, tmp_path: Path) -> None:
    job_id, wakeups = world.job(2), Wakeups()
    world.claim(lease=OVER)

    sweeper(world, tmp_path, wakeups).sweep()

    assert [item.status for item in world.items(job_id)] == ["queued", "queued"]
    assert wakeups.asked == [2]


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
    wakeups = Wakeups(waiting)

    sweeper(world, tmp_path, wakeups).sweep()

    assert wakeups.asked == asked


def test_wake_ups_are_not_repeated_at_every_pass(world: World, tmp_path: Path) -> None:
    world.job(3)
    wakeups = Wakeups(0)
    ours = sweeper(world, tmp_path, wakeups)

    for _ in range(5):
        ours.sweep()

    assert wakeups.asked == [3]


def test_workers_that_are_gone_for_a_day_are_forgotten(world: World, tmp_path: Path) -> None:
    with world.database.write() as session:
        session.add(Worker(id="today", seen_at=now(), capabilities={}))
        session.add(Worker(id="long ago", seen_at=now() - timedelta(days=2), capabilities={}))

    sweeper(world, tmp_path).sweep()

    with world.database.read() as session:
        assert session.scalars(select(Worker.id)).all() == ["today"]


def cached_files(world: World, folder: Path, count: int) -> list[UUID]:
    """Make files with 10 bytes of cache each."""
    caches = FileCaches(world.database, LocalBlobStore(folder / "blobs"), 1000)
    made = [world.file() for _ in range(count)]
    for file_id in made:
        entry = Entry(CacheKind.DOCUMENT, "k", bytes(10))
        caches.put(Owner(world.here.project_id, file_id), [entry])
    return made


def cached_now(world: World, folder: Path) -> tuple[list[UUID | None], int]:
    """Return the files that have caches, and how many blobs there are."""
    with world.database.read() as session:
        owners = list(session.scalars(select(FileCache.file_id).order_by(FileCache.id)))
    return owners, sum(path.is_file() for path in (folder / "blobs").rglob("*"))


def test_caches_of_deleted_files_go_with_their_blobs(world: World, tmp_path: Path) -> None:
    deleted, kept = cached_files(world, tmp_path, 2)
    with world.database.write() as session:
        files.remove(session, world.here, deleted)
    assert cached_now(world, tmp_path) == ([None, kept], 2), "nobody has removed the blob yet"

    sweeper(world, tmp_path).sweep()

    assert cached_now(world, tmp_path) == ([kept], 1)


def test_what_is_beyond_the_bound_goes_the_least_recently_used_first(
    world: World, tmp_path: Path
) -> None:
    made = cached_files(world, tmp_path, 4)

    sweeper(world, tmp_path, cache_bytes=25).sweep()

    assert cached_now(world, tmp_path) == (made[2:], 2)


def test_caches_that_were_switched_off_go(world: World, tmp_path: Path) -> None:
    cached_files(world, tmp_path, 2)

    sweeper(world, tmp_path, cache_bytes=0).sweep()

    assert cached_now(world, tmp_path) == ([], 0)


def test_nothing_is_said_and_done_when_nothing_is_wrong(
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

    with sweep._alone(world.database, tmp_path) as is_ours:
        assert is_ours
        sweeper(world, tmp_path).sweep()
        assert world.items(job_id)[0].status == "running", "somebody else is at it"
    sweeper(world, tmp_path).sweep()

    assert world.items(job_id)[0].status == "queued"


def test_the_thread_survives_a_pass_that_fails(world: World, tmp_path: Path) -> None:
    class Broken(Wakeups):
        def waiting(self) -> int | None:
            self.asked.append(0)
            raise ConnectionError("the broker is away")

    world.job(1)
    wakeups = Broken()
    ours = sweeper(world, tmp_path, wakeups)
    ours.start()
    try:
        until(lambda: len(wakeups.asked) >= 3, "three passes", seconds=10)
    finally:
        began = time.monotonic()
        ours.stop()

    assert time.monotonic() - began < 5
