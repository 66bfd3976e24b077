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
from app.files.cache import MAX_FOUND, CacheOwner, FileCache, NewCacheEntry
from app.files.deletions import BlobDeleter
from app.files.models import CacheEntry, CacheKind
from devtools.tenant_data import TenantData
from tests.integration.app.full_disk import Disk

DOCUMENT, VECTORS = CacheKind.DOCUMENT, CacheKind.VECTORS
ENTRY = NewCacheEntry(DOCUMENT, "a key", b"some text")


class CacheEnvironment:
    """A cache over a database and a directory, and one file that owns entries."""

    def __init__(self, tenants: TenantData, folder: Path) -> None:
        self.tenants = tenants
        self.folder = folder
        self.blobs = LocalBlobStore(folder)
        self.cache = self.open()
        self.file_id = tenants.file()
        self.owner = self.owner_of(self.file_id)

    def open(self, max_bytes: int = 1000) -> FileCache:
        return FileCache(self.tenants.database, self.blobs, max_bytes)

    def owner_of(self, file_id: UUID) -> CacheOwner:
        return CacheOwner(self.tenants.first.project_id, file_id)

    def get(self, entry: NewCacheEntry = ENTRY) -> bytes | None:
        stored = self.cache.find(self.owner).get((entry.kind, entry.key))
        return None if stored is None else self.cache.read(stored)

    def delete_file(self) -> tuple[str, ...]:
        with self.tenants.database.write() as session:
            return files.remove(session, self.tenants.first, self.file_id)

    def rows(self) -> list[CacheEntry]:
        with self.tenants.database.read() as session:
            return list(session.scalars(select(CacheEntry).order_by(CacheEntry.id)))

    def paths(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]

    def counts(self) -> tuple[int, int]:
        """Return how many rows and blobs are left once enqueued blobs are deleted."""
        BlobDeleter(self.tenants.database, self.blobs).delete_next(100)
        return len(self.rows()), len(self.paths())

    def age(self, key: str, by: timedelta) -> None:
        with self.tenants.database.write() as session:
            session.execute(
                update(CacheEntry).where(CacheEntry.key == key).values(used_at=now() - by)
            )


@pytest.fixture
def env(tenants: TenantData, tmp_path: Path) -> CacheEnvironment:
    return CacheEnvironment(tenants, tmp_path / "blobs")


def test_an_entry_is_found_as_it_was_stored(env: CacheEnvironment) -> None:
    other = NewCacheEntry(VECTORS, "f" * 64, bytes(range(256)))

    env.cache.put(env.owner, [ENTRY, other])

    assert (env.get(), env.get(other)) == (ENTRY.data, other.data)
    assert [(row.size, row.project_id) for row in env.rows()] == [
        (9, env.owner.project_id),
        (256, env.owner.project_id),
    ]


def test_an_entry_is_found_for_its_owner_kind_and_key_only(env: CacheEnvironment) -> None:
    env.cache.put(env.owner, [ENTRY])
    other_owner = CacheOwner(env.tenants.add("Elsewhere").project_id, env.file_id)

    assert env.cache.find(env.owner_of(env.tenants.file())) == {}
    assert env.cache.find(other_owner) == {}
    assert list(env.cache.find(env.owner)) == [(DOCUMENT, ENTRY.key)]
    assert env.get() == ENTRY.data


def test_nothing_is_stored_when_the_cache_is_off(env: CacheEnvironment) -> None:
    env.cache.put(env.owner, [ENTRY])
    off = env.open(max_bytes=0)

    off.put(env.owner, [NewCacheEntry(VECTORS, "k", b"x")])

    assert off.find(env.owner) == {}
    assert env.counts() == (1, 1)


def test_an_entry_larger_than_the_whole_cache_is_not_stored(env: CacheEnvironment) -> None:
    env.open(max_bytes=8).put(env.owner, [ENTRY, NewCacheEntry(VECTORS, "k", b"8 bytes.")])

    assert [row.key for row in env.rows()] == ["k"]


def test_nothing_is_stored_for_a_deleted_file(env: CacheEnvironment) -> None:
    env.delete_file()

    env.cache.put(env.owner, [ENTRY])

    assert env.paths() == []
    assert env.rows() == []


def test_workers_that_store_the_same_entries_at_once_leave_one_of_each(
    env: CacheEnvironment,
) -> None:
    barrier = threading.Barrier(4)
    entries = [ENTRY, NewCacheEntry(VECTORS, "k", b"x")]

    def store(_: int) -> None:
        cache = env.open()
        barrier.wait()
        cache.put(env.owner, entries)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(store, range(4)))

    assert env.counts() == (2, 2)
    assert [env.get(entry) for entry in entries] == [ENTRY.data, b"x"]


@pytest.mark.parametrize("content", [None, b"", b"some texT", b"some text and more"])
def test_a_missing_or_damaged_blob_is_a_miss_and_removed(
    env: CacheEnvironment, content: bytes | None
) -> None:
    env.cache.put(env.owner, [ENTRY])
    (path,) = env.paths()
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)

    assert env.get() is None
    assert env.counts() == (0, 0)

    env.cache.put(env.owner, [ENTRY])
    assert env.get() == ENTRY.data


def test_an_unreadable_entry_is_removed(env: CacheEnvironment) -> None:
    env.cache.put(env.owner, [ENTRY, NewCacheEntry(VECTORS, "k", b"x")])

    unreadable = env.cache.find(env.owner)[DOCUMENT, ENTRY.key]
    env.cache.remove(unreadable)
    env.cache.remove(unreadable)

    assert [row.key for row in env.rows()] == ["k"]
    assert env.counts() == (1, 1)


def test_no_entry_is_removed_while_the_store_is_unavailable(
    env: CacheEnvironment, caplog: pytest.LogCaptureFixture
) -> None:
    env.cache.put(env.owner, [ENTRY])
    away = env.folder.with_name("away")
    env.folder.rename(away)

    assert [env.get(), env.get()] == [None, None]
    env.cache.put(env.owner, [NewCacheEntry(VECTORS, "k", b"x")])

    assert caplog.messages == ["file cache unavailable; reading files without it"]
    away.rename(env.folder)
    assert env.get() == ENTRY.data


def test_a_full_disk_is_logged_once_until_there_is_room_again(
    env: CacheEnvironment, caplog: pytest.LogCaptureFixture
) -> None:
    big = NewCacheEntry(VECTORS, "big", bytes(900))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for _ in range(2):
        # A file that may grow no further fails as one on a full disk does.
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
        try:
            for _ in range(3):
                env.cache.put(env.owner, [ENTRY, big])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert env.counts() == (0, 0), "neither half of it"
        env.cache.put(env.owner, [big])
        assert env.get(big) == big.data
        env.cache.remove(env.cache.find(env.owner)[VECTORS, "big"])

    assert len(caplog.messages) == 2


def test_a_full_database_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with closing(Database(f"sqlite:///{tmp_path / 'pigeonhole.db'}")) as database:
        schema.migrate(database)
        env = CacheEnvironment(TenantData(database), tmp_path / "blobs")
        disk = Disk(database)
        disk.fill()
        for number in range(100):  # until the last page has no room for another row
            env.cache.put(env.owner, [NewCacheEntry(VECTORS, f"{number:064}", b"x")])
        rows, paths = env.counts()
        disk.free()
        env.cache.put(env.owner, [ENTRY])

        assert rows == paths < 100
        assert env.get() == ENTRY.data
        assert len(caplog.messages) == 1


def test_uses_are_seldom_written(env: CacheEnvironment) -> None:
    env.cache.put(env.owner, [ENTRY])
    (first,) = env.rows()

    def use() -> None:
        env.cache.put(env.owner, [], list(env.cache.find(env.owner).values()))

    use()
    assert env.rows()[0].used_at == first.used_at, "a recent use costs no write"

    env.age(ENTRY.key, timedelta(minutes=61))
    use()
    assert now() - env.rows()[0].used_at < timedelta(minutes=1)


def test_of_many_entries_the_most_recently_used_are_found(env: CacheEnvironment) -> None:
    env.cache.put(env.owner, [NewCacheEntry(VECTORS, "old", b"x")])
    env.age("old", timedelta(days=1))
    env.cache.put(env.owner, [NewCacheEntry(VECTORS, str(n), b"x") for n in range(MAX_FOUND)])

    found = env.cache.find(env.owner)

    assert {key for _, key in found} == {str(n) for n in range(MAX_FOUND)}


class TestEviction:
    def fill(self, env: CacheEnvironment, count: int) -> None:
        """Make entries of 10 bytes, the first one the last used."""
        for number in range(count):
            env.cache.put(env.owner, [NewCacheEntry(VECTORS, str(number), bytes(10))])
            env.age(str(number), timedelta(minutes=number))

    def test_the_least_recently_used_entries_are_removed(self, env: CacheEnvironment) -> None:
        self.fill(env, 5)

        assert env.open(max_bytes=30).evict(limit=10) == 2

        assert [row.key for row in env.rows()] == ["0", "1", "2"]
        assert env.counts() == (3, 3)

    def test_no_more_than_the_limit_is_removed_at_once(self, env: CacheEnvironment) -> None:
        self.fill(env, 5)

        assert [env.open(max_bytes=1).evict(limit=3) for _ in range(3)] == [3, 2, 0]
        assert env.counts() == (0, 0)

    def test_nothing_is_removed_from_a_cache_that_fits(self, env: CacheEnvironment) -> None:
        self.fill(env, 3)

        assert env.open(max_bytes=30).evict(limit=10) == 0
        assert env.counts() == (3, 3)
