"""The bytes of files in a directory, beyond what every store does."""

import errno
import os
from datetime import timedelta
from pathlib import Path

import pytest

from app.files.blobs.local import LocalBlobStore
from app.files.blobs.protocol import is_disk_full


@pytest.fixture
def store(tmp_path: Path) -> LocalBlobStore:
    return LocalBlobStore(tmp_path / "blobs")


def paths(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]


def test_a_committed_blob_is_fsynced_with_its_directories(
    store: LocalBlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    root = tmp_path / "blobs"
    seen: set[Path] = set()
    for _ in range(300):  # more than there are subdirectories: some come again
        synced.clear()
        path = root / store.create().commit().key
        directories = [path.parent] if path.parent in seen else [path.parent, root]
        assert synced == [entry.stat().st_ino for entry in (path, *directories)]
        seen.add(path.parent)
    synced.clear()
    store.create().commit(is_durable=False)
    assert synced in ([], [root.stat().st_ino]), "a folder may be new"


def test_blobs_are_private_to_their_owner(store: LocalBlobStore, tmp_path: Path) -> None:
    store.create().commit()

    folders = [path for path in (tmp_path / "blobs").rglob("*") if path.is_dir()]
    assert len(folders) == 2
    assert all(folder.stat().st_mode & 0o077 == 0 for folder in folders)


def test_interrupted_uploads_are_deleted_and_blobs_stay(
    store: LocalBlobStore, tmp_path: Path
) -> None:
    store.create().commit()
    interrupted = store.create()
    assert len(paths(tmp_path)) == 2

    assert LocalBlobStore(tmp_path / "blobs").delete_stale_uploads(timedelta(0)) == 1

    assert len(paths(tmp_path)) == 1
    interrupted.discard()


def test_a_full_disk_is_told_from_other_errors() -> None:
    assert is_disk_full(OSError(errno.ENOSPC, "full"))
    assert not is_disk_full(OSError(errno.EACCES, "forbidden"))


def test_a_directory_that_is_gone_fails_the_check(store: LocalBlobStore, tmp_path: Path) -> None:
    (tmp_path / "blobs" / "incoming").rmdir()

    with pytest.raises(OSError, match="not writable"):
        store.check()


def test_foreign_names_are_not_listed(store: LocalBlobStore, tmp_path: Path) -> None:
    """A volume may have other directories; listed names may be deleted as orphans."""
    writer = store.create()
    blob = writer.commit()
    root = tmp_path / "blobs"
    for name in ("lost+found/0000", "ab/notes.txt", f"ab/cd{30 * '0'}"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(b"theirs")

    assert list(store.keys(timedelta(seconds=-1))) == [blob.key]
