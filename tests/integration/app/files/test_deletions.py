"""Deletion of blobs: enqueued with a file's rows, retried, and never blocked by one failure."""

import threading
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import insert, select

from app.db import new_id
from app.files import deletions
from app.files import service as files
from app.files.blobs.local import LocalBlobStore
from app.files.blobs.protocol import Blob
from app.files.cache import CacheOwner, FileCache, NewCacheEntry
from app.files.deletions import BlobDeleter
from app.files.models import BlobDeletion, CacheEntry, CacheKind
from app.files.orphans import find_orphans
from app.files.service import NewFile
from devtools.tenant_data import TenantData
from tests.integration.application import FILES, Api, upload

TEXT = NewCacheEntry(CacheKind.DOCUMENT, "text", b"some text")
VECTORS = NewCacheEntry(CacheKind.VECTORS, "vectors", b"x")


class Store:
    """A blob store in a directory, with one file that has two cache entries."""

    def __init__(self, tenants: TenantData, folder: Path) -> None:
        self.tenants = tenants
        self.folder = folder
        self.blobs = LocalBlobStore(folder)
        self.deleter = BlobDeleter(tenants.database, self.blobs)
        self.cache = FileCache(tenants.database, self.blobs, 1000)
        self.blob = self.put()
        with tenants.database.write() as session:
            self.file_id = files.create(session, tenants.first, NewFile("a", "txt"), self.blob).id
        self.owner = CacheOwner(tenants.first.project_id, self.file_id)
        self.cache.put(self.owner, [TEXT, VECTORS])

    def put(self) -> Blob:
        writer = self.blobs.create()
        writer.write(b"bytes")
        return writer.commit()

    def delete_file(self) -> tuple[str, ...]:
        with self.tenants.database.write() as session:
            return files.remove(session, self.tenants.first, self.file_id)

    def enqueued(self) -> list[str]:
        with self.tenants.database.read() as session:
            query = select(BlobDeletion.blob_key).order_by(BlobDeletion.id)
            return list(session.scalars(query))

    def cached(self) -> list[str]:
        with self.tenants.database.read() as session:
            return list(session.scalars(select(CacheEntry.blob_key)))

    def paths(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]

    def block(self, key: str) -> None:
        """Put a directory in the place of a blob: not even root can unlink it."""
        (self.folder / key).unlink()
        (self.folder / key / "in the way").mkdir(parents=True)

    def add_old_rows(self, count: int) -> None:
        """Record deletions as the release before did: cache rows without a file."""
        with self.tenants.database.write() as session:
            for _ in range(count):
                session.execute(
                    insert(CacheEntry).values(
                        project_id=self.tenants.first.project_id,
                        kind="deleted",
                        key=new_id().hex,
                        blob_key=self.put().key,
                        size=0,
                        sha256="0" * 64,
                    )
                )


@pytest.fixture
def store(tenants: TenantData, tmp_path: Path) -> Store:
    return Store(tenants, tmp_path / "blobs")


def test_a_deleted_file_has_its_bytes_and_cache_entries_deleted(store: Store) -> None:
    keys = store.delete_file()

    assert len(keys) == 3
    assert sorted(keys) == sorted(store.enqueued())
    assert store.cached() == []
    assert store.deleter.delete_next(limit=1) == 1, "no more than asked for"
    assert store.deleter.delete_next(limit=10) == 2
    assert store.deleter.delete_next(limit=10) == 0
    assert (store.enqueued(), store.paths()) == ([], [])


def test_nothing_is_enqueued_when_the_deletion_is_rolled_back(store: Store) -> None:
    with store.tenants.database.write() as session:
        files.remove(session, store.tenants.first, store.file_id)
        session.rollback()

    assert store.enqueued() == []
    assert len(store.cached()) == 2


def test_deleting_through_the_api_deletes_the_cached_bytes_at_once(
    api: Api, tenants: TenantData
) -> None:
    client = api.client(api.key(tenants.first))
    file_id = upload(client)
    cache = FileCache(api.database, api.blobs, 1000)
    cache.put(CacheOwner(tenants.first.project_id, UUID(file_id)), [TEXT])
    assert len([path for path in (api.folder / "blobs").rglob("*") if path.is_file()]) == 2

    assert client.delete(f"{FILES}/{file_id}").status_code == 204

    assert [path for path in (api.folder / "blobs").rglob("*") if path.is_file()] == []


def test_bytes_left_by_a_deletion_are_deleted_when_the_store_works_again(
    api: Api, tenants: TenantData
) -> None:
    client = api.client(api.key(tenants.first))
    file_id = upload(client)
    deleter = BlobDeleter(api.database, api.blobs)
    [blob] = [path for path in (api.folder / "blobs").rglob("*") if path.is_file()]
    folder = blob.parent
    away = folder.rename(folder.with_name("away"))
    folder.write_text("not a directory: every operation on the store fails")

    assert client.delete(f"{FILES}/{file_id}").status_code == 204
    assert deleter.delete_next(limit=10) == 0
    folder.unlink()
    away.rename(folder)

    assert blob.exists()
    assert deleter.delete_next(limit=10) == 1
    assert not blob.exists()
    assert deleter.delete_next(limit=10) == 0


def test_a_blob_that_cannot_be_deleted_does_not_keep_the_others(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    store.delete_file()
    first = store.enqueued()[0]
    store.block(first)

    assert [store.deleter.delete_next(limit=10) for _ in range(3)] == [2, 0, 0]

    assert store.enqueued() == [first]
    assert caplog.messages == ["blob deletion failed; retrying"]


def test_a_blob_that_cannot_be_deleted_is_tried_after_all_others(store: Store) -> None:
    store.delete_file()
    store.block(store.enqueued()[0])

    assert [store.deleter.delete_next(limit=1) for _ in range(4)] == [0, 1, 1, 0]


def test_a_batch_ends_early_when_the_store_is_unavailable(store: Store) -> None:
    store.delete_file()
    tried: list[str] = []

    class Away(LocalBlobStore):
        def delete(self, key: str) -> None:
            tried.append(key)
            raise OSError("the store is away")

        def check(self) -> None:
            raise OSError("the store is away")

    assert BlobDeleter(store.tenants.database, Away(store.folder)).delete_next(limit=10) == 0
    assert tried == store.enqueued()[:1]


def test_only_blobs_of_the_project_are_deleted(store: Store) -> None:
    other = store.tenants.add("Elsewhere")
    blob = store.put()
    with store.tenants.database.write() as session:
        deletions.enqueue(session, other.project_id, [blob.key])
    store.delete_file()

    assert store.deleter.delete_of_project(store.tenants.first.project_id) == 3

    assert store.enqueued() == [blob.key]
    assert deletions.count_left(store.tenants.database, other.project_id) == 1
    assert deletions.find_left(store.tenants.database, other.project_id, 10) == [blob.key]
    assert deletions.count_left(store.tenants.database, store.tenants.first.project_id) == 0


def test_deletions_that_an_older_server_recorded_are_done(store: Store) -> None:
    store.add_old_rows(3)
    assert len(store.paths()) == 6

    assert store.deleter.delete_next(limit=2) == 2
    assert store.deleter.delete_next(limit=2) == 1

    assert len(store.cached()) == 2, "the entries of the file"
    assert len(store.paths()) == 3
    assert store.enqueued() == []


def test_a_purge_deletes_what_an_older_server_recorded(store: Store) -> None:
    store.add_old_rows(3)

    assert store.deleter.delete_of_project(store.tenants.first.project_id) == 3
    assert len(store.cached()) == 2


def test_an_entry_stored_during_the_deletion_is_enqueued_or_not_stored(store: Store) -> None:
    begin = threading.Barrier(2)
    late = NewCacheEntry(CacheKind.VECTORS, "late", b"y")

    def put() -> None:
        begin.wait()
        store.cache.put(store.owner, [late])

    thread = threading.Thread(target=put)
    thread.start()
    begin.wait()
    store.delete_file()
    thread.join()
    store.deleter.delete_next(limit=10)

    assert (store.cached(), store.enqueued(), store.paths()) == ([], [], [])


def test_enqueued_blobs_are_not_orphans(store: Store) -> None:
    store.delete_file()

    found = find_orphans(store.tenants.database, store.blobs, 10, older_than=timedelta(seconds=-1))

    assert (found.checked, found.orphans) == (3, [])
