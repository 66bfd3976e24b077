"""What every store of blobs does, in a directory and in a bucket."""

import hashlib
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from app.files.blobs.local import LocalBlobStore
from app.files.blobs.protocol import Blob, BlobStore
from app.files.blobs.s3 import PART_BYTES, Bucket, S3BlobStore
from app.files.blobs.s3_signing import SigningKey
from devtools.s3 import ACCESS_KEY, SECRET_KEY, S3Server

NOTHING, A_DAY = timedelta(0), timedelta(days=1)


def bucket_of(server: S3Server, name: str, prefix: str = "some/prefix") -> Bucket:
    key = SigningKey(ACCESS_KEY, SECRET_KEY)
    return Bucket(name, prefix, "us-east-1", server.endpoint, key)


@pytest.fixture(params=["directory", "bucket"])
def reopened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], BlobStore]:
    """Open one store again and again, as several processes would."""
    if request.param == "directory":
        return lambda: LocalBlobStore(tmp_path / "blobs")
    server: S3Server = request.getfixturevalue("s3_server")
    bucket = bucket_of(server, server.fresh_bucket())
    return lambda: S3BlobStore(bucket, tmp_path / "spool")


@pytest.fixture
def store(reopened: Callable[[], BlobStore]) -> BlobStore:
    return reopened()


def put(store: BlobStore, data: bytes) -> Blob:
    writer = store.create()
    writer.write(data)
    return writer.commit()


def get(store: BlobStore, key: str) -> bytes:
    with store.open(key) as file:
        return file.read()


def keys(store: BlobStore, older_than: timedelta = NOTHING) -> list[str]:
    return sorted(store.keys(older_than))


def wait_a_second() -> None:
    """Let what was written get older than 0 s: a bucket notes whole seconds."""
    time.sleep(1.01)


@pytest.mark.parametrize(
    "data",
    [b"", b"some bytes", os.urandom(PART_BYTES * 2 + 1)],
    ids=["empty", "short", "of three parts"],
)
def test_a_committed_blob_can_be_read_by_another_store(
    reopened: Callable[[], BlobStore], data: bytes
) -> None:
    writer = reopened().create()
    for at in range(0, len(data), 1_000_000):
        writer.write(data[at : at + 1_000_000])
    with writer.reopen() as so_far:
        assert so_far.read(4) == data[:4]
        so_far.seek(0, os.SEEK_END)
        assert so_far.tell() == len(data)

    blob = writer.commit()

    assert (blob.size, blob.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    with reopened().open(blob.key) as file:
        assert os.fstat(file.fileno()).st_size == len(data), "the parser gets a descriptor"
        assert file.tell() == 0
        assert file.read() == data


def test_reading_before_the_commit_takes_nothing_from_it(store: BlobStore) -> None:
    writer = store.create()
    writer.write(b"some ")
    with writer.reopen() as first, writer.reopen() as second:
        assert (first.read(2), second.read(3)) == (b"so", b"som")
    writer.write(b"bytes")

    assert get(store, writer.commit().key) == b"some bytes"


def test_nothing_can_be_seen_before_the_commit(store: BlobStore) -> None:
    writer = store.create()
    writer.write(b"x" * (PART_BYTES + 1))
    wait_a_second()
    assert keys(store) == []

    blob = writer.commit()
    wait_a_second()

    assert keys(store) == [blob.key]


def test_equal_bytes_are_separate_blobs(store: BlobStore) -> None:
    first, second = put(store, b"same"), put(store, b"same")

    store.delete(first.key)

    assert get(store, second.key) == b"same"


def test_a_discarded_upload_leaves_nothing(store: BlobStore) -> None:
    writer = store.create()
    writer.write(b"x" * 100_000)

    writer.discard()
    writer.discard()
    wait_a_second()

    assert keys(store) == []
    assert store.delete_stale_uploads(NOTHING) == 0


def test_discarding_after_the_commit_has_no_effect(store: BlobStore) -> None:
    writer = store.create()
    writer.write(b"kept")
    blob = writer.commit()

    writer.discard()

    assert get(store, blob.key) == b"kept"


def test_deleting_twice_is_harmless(store: BlobStore) -> None:
    blob = put(store, b"gone")

    store.delete(blob.key)
    store.delete(blob.key)

    with pytest.raises(FileNotFoundError):
        store.open(blob.key)


def test_a_file_that_is_open_outlives_its_blob(store: BlobStore) -> None:
    blob = put(store, b"still here")
    with store.open(blob.key) as file:
        store.delete(blob.key)

        assert file.read() == b"still here"


def test_only_old_blobs_are_listed_when_asked_for(store: BlobStore) -> None:
    blobs = [put(store, b"x") for _ in range(3)]
    wait_a_second()

    assert keys(store) == sorted(blob.key for blob in blobs)
    assert keys(store, A_DAY) == []


def test_uploads_under_way_are_not_stale(store: BlobStore) -> None:
    writer = store.create()
    writer.write(b"slow")

    assert store.delete_stale_uploads(A_DAY) == 0
    assert get(store, writer.commit().key) == b"slow"


def test_a_store_that_works_passes_the_check(store: BlobStore) -> None:
    store.check()

    assert keys(store) == [], "looking leaves nothing"
