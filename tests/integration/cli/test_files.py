"""`pigeonhole files tidy` deletes blobs without a row, and no others."""

import os
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app import schema
from app.db import Database
from app.errors import StartupError
from app.files import service as files
from app.files.blobs.local import LocalBlobStore
from app.files.blobs.protocol import Blob
from app.files.cache import CacheOwner, FileCache, NewCacheEntry
from app.files.models import CacheKind
from app.files.orphans import find_orphans
from app.files.service import NewFile
from cli.main import commands
from devtools.tenant_data import TenantData

NOTHING = timedelta(0)


class DataDirectory:
    """An embedded server's directory, with a known file, its cache, and orphans."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        data_dir.mkdir()
        self.blobs = LocalBlobStore(data_dir / "blobs")
        with closing(Database(f"sqlite:///{data_dir / 'pigeonhole.db'}")) as database:
            schema.migrate(database)

    def put(self, days_old: float = 2) -> Blob:
        writer = self.blobs.create()
        writer.write(b"bytes")
        blob = writer.commit()
        self.age(self.data_dir / "blobs" / blob.key, days_old)
        return blob

    def age(self, path: Path, days: float) -> None:
        moment = time.time() - days * 86400
        os.utime(path, (moment, moment))

    def record(self, blob: Blob) -> None:
        with closing(Database(f"sqlite:///{self.data_dir / 'pigeonhole.db'}")) as database:
            tenants = TenantData(database)
            with database.write() as session:
                file = files.create(session, tenants.first, NewFile("a.txt", "txt"), blob)
            entry = NewCacheEntry(CacheKind.DOCUMENT, "key", b"text")
            owner = CacheOwner(tenants.first.project_id, file.id)
            FileCache(database, self.blobs, 1000).put(owner, [entry])
        for path in (self.data_dir / "blobs").rglob("*"):
            if path.is_file() and path.stat().st_mtime > time.time() - 3600:
                self.age(path, 2)

    def keys(self) -> set[str]:
        return set(self.blobs.keys(NOTHING))

    def tidy(self, *arguments: str) -> Result:
        command = ["files", "tidy", "--data-dir", str(self.data_dir), *arguments]
        return CliRunner().invoke(commands, command)


@pytest.fixture
def data(tmp_path: Path) -> DataDirectory:
    return DataDirectory(tmp_path / "data")


def test_only_old_blobs_without_a_row_are_deleted(data: DataDirectory) -> None:
    data.record(data.put())
    known = data.keys()
    orphan, young = data.put(), data.put(days_old=0.9)
    stale = data.blobs.create()
    stale.write(b"cut short")
    [cut_short] = (data.data_dir / "blobs" / "incoming").iterdir()
    data.age(cut_short, 2)

    counted = data.tidy()
    assert counted.output == "1 of 3 blobs older than a day belong to no file.\n"
    assert data.keys() == {*known, orphan.key, young.key}

    deleted = data.tidy("--delete")
    assert deleted.output.endswith("Deleted 1 blobs and 1 unfinished uploads.\n")
    assert data.keys() == {*known, young.key}
    assert not cut_short.exists()
    stale.discard()
    assert len(known) == 2, "the file's bytes and its cache"


def test_nothing_is_deleted_when_no_blob_has_a_row(data: DataDirectory) -> None:
    data.put()
    data.put()

    refused = data.tidy("--delete")

    assert isinstance(refused.exception, StartupError)
    assert "may be the wrong one" in str(refused.exception)
    assert len(data.keys()) == 2


def test_the_limit_bounds_a_run(data: DataDirectory) -> None:
    data.record(data.put())
    for _ in range(5):
        data.put()

    assert "Deleted 2 blobs" in data.tidy("--delete", "--limit", "2").output
    assert len(data.keys()) == 2 + 3


def test_many_blobs_are_checked_in_batches(data: DataDirectory) -> None:
    data.record(data.put())
    orphans = {data.put().key for _ in range(5)}

    with closing(Database(f"sqlite:///{data.data_dir / 'pigeonhole.db'}")) as database:
        found = find_orphans(database, data.blobs, limit=100, batch_size=2)

    assert (found.checked, set(found.orphans)) == (7, orphans)


def test_an_empty_store_has_no_orphans(data: DataDirectory) -> None:
    assert data.tidy("--delete").output.endswith("Deleted 0 blobs and 0 unfinished uploads.\n")
