"""Caches of files: found by their owner only, gone with the file, and never in anybody's way."""

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
from app.files.models import CacheEntry, CacheKind
from devtools.world import World
from tests.integration.app.test_full_disk import Disk
from tests.integration.application import FILES, Api, upload

DOCUMENT, VECTORS = CacheKind.DOCUMENT, CacheKind.VECTORS
ENTRY = NewCacheEntry(DOCUMENT, "a key", b"some text")


class Shelf:
    """Caches over a world's database and a directory, and one file that owns some."""

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

    def block(self, row: CacheEntry) -> None:
        """Put a directory in the place of a row's blob: not even root unlinks it."""
        path = self.folder / row.blob_key
        path.unlink(missing_ok=True)
        (path / "in the way").mkdir(parents=True)

    def counts(self) -> tuple[int, int]:
        return len(self.rows()), len(self.paths())

    def age(self, key: str, by: timedelta) -> None:
        with self.world.database.write() as session:
            session.execute(
                update(CacheEntry).where(CacheEntry.key == key).values(used_at=now() - by)
            )


@pytest.fixture
def shelf(world: World, tmp_path: Path) -> Shelf:
    return Shelf(world, tmp_path / "blobs")


def test_what_was_put_is_found_as_it_was(shelf: Shelf) -> None:
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


def test_nothing_is_kept_when_caching_is_off(shelf: Shelf) -> None:
    shelf.cache.put(shelf.owner, [ENTRY])
    off = shelf.open(max_bytes=0)

    off.put(shelf.owner, [NewCacheEntry(VECTORS, "k", b"x")])

    assert off.get(shelf.owner, DOCUMENT, ENTRY.key) is None
    assert shelf.counts() == (1, 1)


def test_what_is_larger_than_all_caches_may_be_is_not_kept(shelf: Shelf) -> None:
    shelf.open(max_bytes=8).put(shelf.owner, [ENTRY, NewCacheEntry(VECTORS, "k", b"8 bytes.")])

    assert [row.key for row in shelf.rows()] == ["k"]


def test_a_deleted_file_takes_its_caches_along(shelf: Shelf) -> None:
    shelf.cache.put(shelf.owner, [ENTRY, NewCacheEntry(VECTORS, "k", b"x")])

    keys = shelf.delete_file()

    assert set(keys) == {row.blob_key for row in shelf.rows()}, "its own bytes and two caches"
    assert shelf.get() is None
    assert shelf.cache.purge(limit=1) == 1, "no more than asked for"
    assert shelf.cache.purge(limit=10) == 2
    assert shelf.cache.purge(limit=10) == 0
    assert shelf.counts() == (0, 0)


def test_deleting_through_the_api_leaves_no_cached_bytes(api: Api, world: World) -> None:
    client = api.client(api.key(world.here))
    file_id = upload(client)
    cache = FileCache(api.database, api.blobs, 1000)
    cache.put(CacheOwner(world.here.project_id, UUID(file_id)), [ENTRY])
    assert len([path for path in (api.folder / "blobs").rglob("*") if path.is_file()]) == 2

    assert client.delete(f"{FILES}/{file_id}").status_code == 204

    assert [path for path in (api.folder / "blobs").rglob("*") if path.is_file()] == []


def test_bytes_that_a_deletion_left_go_when_the_store_is_back(api: Api, world: World) -> None:
    client = api.client(api.key(world.here))
    file_id = upload(client)
    cache = FileCache(api.database, api.blobs, 1000)
    [blob] = [path for path in (api.folder / "blobs").rglob("*") if path.is_file()]
    folder = blob.parent
    away = folder.rename(folder.with_name("away"))
    folder.write_text("no directory: whatever is asked of the store fails")

    assert client.delete(f"{FILES}/{file_id}").status_code == 204
    assert cache.purge(limit=10) == 0
    folder.unlink()
    away.rename(folder)

    assert blob.exists()
    assert cache.purge(limit=10) == 1
    assert not blob.exists()
    assert cache.purge(limit=10) == 0


def test_bytes_that_stay_keep_no_others(shelf: Shelf, caplog: pytest.LogCaptureFixture) -> None:
    shelf.cache.put(shelf.owner, [ENTRY, NewCacheEntry(VECTORS, "k", b"x")])
    shelf.delete_file()
    first = min(shelf.rows(), key=lambda row: row.id)
    shelf.block(first)

    purged = [shelf.cache.purge(limit=10) for _ in range(3)]

    assert purged == [2, 0, 0]
    assert [row.id for row in shelf.rows()] == [first.id]
    assert caplog.messages == [
        "bytes that shall go cannot be deleted from the store: it is tried again"
    ]


def test_bytes_that_stay_have_their_turn_after_all_others(shelf: Shelf) -> None:
    shelf.cache.put(shelf.owner, [ENTRY, NewCacheEntry(VECTORS, "k", b"x")])
    shelf.delete_file()
    shelf.block(min(shelf.rows(), key=lambda row: row.id))

    assert [shelf.cache.purge(limit=1) for _ in range(4)] == [0, 1, 1, 0]


def test_nothing_is_kept_of_a_file_that_was_deleted_meanwhile(shelf: Shelf) -> None:
    shelf.delete_file()

    shelf.cache.put(shelf.owner, [ENTRY])

    assert shelf.paths() == []
    assert shelf.cache.purge(limit=10) == 1, "the file's own bytes"
    assert shelf.rows() == []


def test_workers_that_store_the_same_at_once(shelf: Shelf) -> None:
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
def test_a_missing_or_damaged_blob_is_a_miss_and_goes(shelf: Shelf, content: bytes | None) -> None:
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


def test_what_cannot_be_made_sense_of_is_forgotten(shelf: Shelf) -> None:
    shelf.cache.put(shelf.owner, [ENTRY, NewCacheEntry(VECTORS, "k", b"x")])

    shelf.cache.remove(shelf.owner, DOCUMENT, ENTRY.key)
    shelf.cache.remove(shelf.owner, DOCUMENT, "never there")

    assert [row.key for row in shelf.rows()] == ["k"]
    assert len(shelf.paths()) == 1


def test_a_store_that_is_away_has_lost_nothing(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    shelf.cache.put(shelf.owner, [ENTRY])
    away = shelf.folder.with_name("away")
    shelf.folder.rename(away)

    assert [shelf.get(), shelf.get()] == [None, None]
    shelf.cache.put(shelf.owner, [NewCacheEntry(VECTORS, "k", b"x")])

    assert caplog.messages == ["the caches do not work: files are read anew each time"]
    away.rename(shelf.folder)
    assert shelf.get() == ENTRY.data


def test_a_full_disk_is_told_once_until_there_is_room_again(
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


def test_a_full_database_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
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


def test_a_look_up_is_noted_now_and_then_only(shelf: Shelf) -> None:
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

    def test_the_least_recently_used_goes(self, shelf: Shelf) -> None:
        self.fill(shelf, 5)

        assert shelf.open(max_bytes=30).evict(limit=10) == 2

        assert [row.key for row in shelf.rows()] == ["0", "1", "2"]
        assert len(shelf.paths()) == 3

    def test_no_more_than_the_limit_goes_at_once(self, shelf: Shelf) -> None:
        self.fill(shelf, 5)

        assert [shelf.open(max_bytes=1).evict(limit=3) for _ in range(3)] == [3, 2, 0]
        assert shelf.counts() == (0, 0)

    def test_what_fits_stays(self, shelf: Shelf) -> None:
        self.fill(shelf, 3)

        assert shelf.open(max_bytes=30).evict(limit=10) == 0
        assert shelf.counts() == (3, 3)

    def test_what_cannot_be_deleted_keeps_no_others(self, shelf: Shelf) -> None:
        self.fill(shelf, 5)
        (oldest,) = [row for row in shelf.rows() if row.key == "4"]
        shelf.block(oldest)

        assert shelf.open(max_bytes=20).evict(limit=10) == 2

        assert [row.key for row in shelf.rows()] == ["0", "1", "4"]
