"""The cache: entries are found for their file only, and failures never reach the caller."""

import resource
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app import schema
from app.db import Database, now
from app.files import service as files
from app.files.blobs.local import LocalBlobStore
from app.files.cache import CacheOwner, FileCache, NewCacheEntry
from app.files.deletions import BlobDeleter
from app.files.models import CacheEntry, CacheKind
from devtools.world import World
from tests.integration.app.test_full_disk import Disk

DOCUMENT, VECTORS = CacheKind.DOCUMENT, CacheKind.VECTORS
ENTRY = NewCacheEntry(DOCUMENT, "a key", b"some text")


class Shelf:
    """A cache over a world's database and a directory, and one file that owns entries."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.folder = folder
        self.blobs = LocalBlobStore(folder)
        self.cache = self.open()
        self.file_id = world.file()
        self.owner = self.owner_of(self.file_id)

    def open(self, max_bytes: int = 1000) -> FileCache:
        return FileCache(self.world.database, self.blobs, max_bytes)

    def owner_of(self, file_id: UUID) -> CacheOwner:
        return CacheOwner(self.world.here.project_id, file_id)

    def get(self, entry: NewCacheEntry = ENTRY) -> bytes | None:
        return self.cache.get(self.owner, entry.kind, entry.key)

    def delete_file(self) -> tuple[str, ...]:
        with self.world.database.write() as session:
            return files.remove(session, self.world.here, self.file_id)

    def rows(self) -> list[CacheEntry]:
        with self.world.database.read() as session:
            return list(session.scalars(select(CacheEntry).order_by(CacheEntry.id)))

    def paths(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]

    def counts(self) -> tuple[int, int]:
        """Return how many rows and blobs are left once enqueued blobs are deleted."""
        BlobDeleter(self.world.database, self.blobs).delete_next(100)
        return len(self.rows()), len(self.paths())

    def age(self, key: str, by: timedelta) -> None:
        with self.world.database.write() as session:
            session.execute(
                update(CacheEntry).where(CacheEntry.key == key).values(used_at=now() - by)
            )


@pytest.fixture
def shelf(world: World, tmp_path: Path) -> Shelf:
    return Shelf(world, tmp_path / "blobs")


def test_an_entry_is_found_as_it_was_stored(shelf: Shelf) -> None:
    other = NewCacheEntry(VECTORS, "f" * 64, bytes(range(256)))

    shelf.cache.put(shelf.owner, [ENTRY, other])

    assert (shelf.get(), shelf.get(other)) == (ENTRY.data, other.data)
    assert [(row.size, row.project_id) for row in shelf.rows()] == [
        (9, shelf.owner.project_id),
        (256, shelf.owner.project_id),
    ]


def test_an_entry_is_found_for_its_owner_kind_and_key_only(shelf: Shelf) -> None:
    shelf.cache.put(shelf.owner, [ENTRY])
    stranger = CacheOwner(shelf.world.tenant("Elsewhere").project_id, shelf.file_id)

    assert shelf.cache.get(shelf.owner_of(shelf.world.file()), DOCUMENT, ENTRY.key) is None
    assert shelf.cache.get(stranger, DOCUMENT, ENTRY.key) is None
    assert shelf.cache.get(shelf.owner, VECTORS, ENTRY.key) is None
    assert shelf.cache.get(shelf.owner, DOCUMENT, "another key") is None
    assert shelf.get() == ENTRY.data


def test_nothing_is_stored_when_the_cache_is_off(shelf: Shelf) -> None:
    shelf.cache.put(shelf.owner, [ENTRY])
    off = shelf.open(max_bytes=0)

    off.put(shelf.owner, [NewCacheEntry(VECTORS, "k", b"x")])

    assert off.get(shelf.owner, DOCUMENT, ENTRY.key) is None
    assert shelf.counts() == (1, 1)


def test_an_entry_larger_than_the_whole_cache_is_not_stored(shelf: Shelf) -> None:
    shelf.open(max_bytes=8).put(shelf.owner, [ENTRY, NewCacheEntry(VECTORS, "k", b"8 bytes.")])

    assert [row.key for row in shelf.rows()] == ["k"]


def test_nothing_is_stored_for_a_deleted_file(shelf: Shelf) -> None:
    shelf.delete_file()

    shelf.cache.put(shelf.owner, [ENTRY])

    assert shelf.paths() == []
    assert shelf.rows() == []


def test_workers_that_store_the_same_entries_at_once_leave_one_of_each(shelf: Shelf) -> None:
    barrier = threading.Barrier(4)
    entries = [ENTRY, NewCacheEntry(VECTORS, "k", b"x")]

    def store(_: int) -> None:
        cache = shelf.open()
        barrier.wait()
        cache.put(shelf.owner, entries)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(store, range(4)))

    assert shelf.counts() == (2, 2)
    assert [shelf.get(entry) for entry in entries] == [ENTRY.data, b"x"]


@pytest.mark.parametrize("content", [None, b"", b"some texT", b"some text and more"])
def test_a_missing_or_damaged_blob_is_a_miss_and_removed(
    shelf: Shelf, content: bytes | None
) -> None:
    shelf.cache.put(shelf.owner, [ENTRY])
    (path,) = shelf.paths()
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)

    assert shelf.get() is None
    assert shelf.counts() == (0, 0)

    shelf.cache.put(shelf.owner, [ENTRY])
    assert shelf.get() == ENTRY.data


def test_an_unreadable_entry_is_removed(shelf: Shelf) -> None:
    shelf.cache.put(shelf.owner, [ENTRY, NewCacheEntry(VECTORS, "k", b"x")])

    shelf.cache.remove(shelf.owner, DOCUMENT, ENTRY.key)
    shelf.cache.remove(shelf.owner, DOCUMENT, "never there")

    assert [row.key for row in shelf.rows()] == ["k"]
    assert shelf.counts() == (1, 1)


def test_no_entry_is_removed_while_the_store_is_unavailable(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    shelf.cache.put(shelf.owner, [ENTRY])
    away = shelf.folder.with_name("away")
    shelf.folder.rename(away)

    assert [shelf.get(), shelf.get()] == [None, None]
    shelf.cache.put(shelf.owner, [NewCacheEntry(VECTORS, "k", b"x")])

    assert caplog.messages == ["cache unavailable; files are read again each time"]
    away.rename(shelf.folder)
    assert shelf.get() == ENTRY.data


def test_a_full_disk_is_logged_once_until_there_is_room_again(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    big = NewCacheEntry(VECTORS, "big", bytes(900))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for _ in range(2):
        # A file that may grow no further fails as one on a full disk does.
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
        try:
            for _ in range(3):
                shelf.cache.put(shelf.owner, [ENTRY, big])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert shelf.counts() == (0, 0), "neither half of it"
        shelf.cache.put(shelf.owner, [big])
        assert shelf.get(big) == big.data
        shelf.cache.remove(shelf.owner, VECTORS, "big")

    assert len(caplog.messages) == 2


def test_a_full_database_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with closing(Database(f"sqlite:///{tmp_path / 'pigeonhole.db'}")) as database:
        schema.migrate(database)
        shelf = Shelf(World(database), tmp_path / "blobs")
        disk = Disk(database)
        disk.fill()
        for number in range(100):  # until the last page has no room for another row
            shelf.cache.put(shelf.owner, [NewCacheEntry(VECTORS, f"{number:064}", b"x")])
        rows, paths = shelf.counts()
        disk.free()
        shelf.cache.put(shelf.owner, [ENTRY])

        assert rows == paths < 100
        assert shelf.get() == ENTRY.data
        assert len(caplog.messages) == 1


def test_look_ups_seldom_write_their_time(shelf: Shelf) -> None:
    shelf.cache.put(shelf.owner, [ENTRY])
    (first,) = shelf.rows()

    shelf.get()
    assert shelf.rows()[0].used_at == first.used_at, "reading costs no write"

    shelf.age(ENTRY.key, timedelta(minutes=6))
    shelf.get()
    assert now() - shelf.rows()[0].used_at < timedelta(minutes=1)


class TestEviction:
    def fill(self, shelf: Shelf, count: int) -> None:
        """Make entries of 10 bytes, the first one the last used."""
        for number in range(count):
            shelf.cache.put(shelf.owner, [NewCacheEntry(VECTORS, str(number), bytes(10))])
            shelf.age(str(number), timedelta(minutes=number))

    def test_the_least_recently_used_entries_are_removed(self, shelf: Shelf) -> None:
        self.fill(shelf, 5)

        assert shelf.open(max_bytes=30).evict(limit=10) == 2

        assert [row.key for row in shelf.rows()] == ["0", "1", "2"]
        assert shelf.counts() == (3, 3)

    def test_no_more_than_the_limit_is_removed_at_once(self, shelf: Shelf) -> None:
        self.fill(shelf, 5)

        assert [shelf.open(max_bytes=1).evict(limit=3) for _ in range(3)] == [3, 2, 0]
        assert shelf.counts() == (0, 0)

    def test_nothing_is_removed_from_a_cache_that_fits(self, shelf: Shelf) -> None:
        self.fill(shelf, 3)

        assert shelf.open(max_bytes=30).evict(limit=10) == 0
        assert shelf.counts() == (3, 3)
