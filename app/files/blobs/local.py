"""Blobs in a directory."""

import errno
import hashlib
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from app.db import now
from app.files.blobs.protocol import (
    FOLDER,
    Blob,
    as_storage_full,
    is_disk_full,
    is_key,
    new_key,
)


class LocalBlobStore:
    """Blobs in a directory with 256 subdirectories.

    Written to `incoming`, fsynced, then renamed into place.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"
        self._incoming.mkdir(mode=0o700, parents=True, exist_ok=True)

    def create(self) -> "LocalBlobWriter":
        """Begin a new blob; raises StorageFull when there is no room."""
        return LocalBlobWriter(self._root, self._incoming)

    def open(self, key: str) -> BinaryIO:
        """Open a blob for reading; raises FileNotFoundError."""
        return (self._root / key).open("rb")

    def delete(self, key: str) -> None:
        """Delete a blob; has no effect when it does not exist."""
        (self._root / key).unlink(missing_ok=True)

    def check(self) -> None:
        """Raise OSError if the directory cannot be written to."""
        if not os.access(self._incoming, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "the directory of uploaded files is not writable")

    def keys(self, older_than: timedelta) -> Iterator[str]:
        """Yield the keys of all blobs committed longer ago than this."""
        before = (now() - older_than).timestamp()
        for folder in sorted(self._root.iterdir()):
            # Skips `incoming` and foreign folders such as a volume's `lost+found`.
            if not FOLDER.fullmatch(folder.name) or not folder.is_dir():
                continue
            for path in folder.iterdir():
                key = f"{folder.name}/{path.name}"
                if is_key(key) and _modified(path) < before:
                    yield key

    def delete_stale_uploads(self, older_than: timedelta) -> int:
        """Delete uploads that a crash interrupted; the age counts from the last write."""
        before = (now() - older_than).timestamp()
        stale = [path for path in self._incoming.iterdir() if _modified(path) < before]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)

    def direct_link(self, key: str, name: str, seconds: int) -> None:  # noqa: ARG002  # the protocol's signature
        """Return None: clients download through this server."""
        return


class LocalBlobWriter:
    """One upload to the directory."""

    def __init__(self, root: Path, incoming: Path) -> None:
        self._root = root
        self._key = new_key()
        self._path = incoming / Path(self._key).name
        self._hash = hashlib.sha256()
        self._size = 0
        try:
            self._file = self._path.open("wb")
        except OSError as error:
            raise as_storage_full(error) from error

    def write(self, data: bytes) -> None:
        """Add bytes; raises StorageFull when there is no room."""
        try:
            self._file.write(data)
        except OSError as error:
            raise as_storage_full(error) from error
        self._hash.update(data)
        self._size += len(data)

    def reopen(self) -> BinaryIO:
        """Open the bytes written so far for reading, from the beginning."""
        try:
            self._file.flush()
        except OSError as error:
            raise as_storage_full(error) from error
        return self._path.open("rb")

    def commit(self, *, is_durable: bool = True) -> Blob:
        """Rename the bytes into place; fsync them before, and the directory, if `is_durable`."""
        target = self._root / self._key
        try:
            self._file.flush()
            if is_durable:
                os.fsync(self._file.fileno())
            self._file.close()
            is_new = _make_directory(target.parent)
            self._path.rename(target)
            if is_durable:
                fsync_directory(target.parent)
            if is_new:  # later blobs in the folder may have to be durable
                fsync_directory(self._root)
        except OSError as error:
            raise as_storage_full(error) from error
        return Blob(self._key, self._size, self._hash.hexdigest())

    def discard(self) -> None:
        """Drop the bytes; has no effect after `commit`."""
        try:
            self._file.close()
        except OSError as error:
            # Closing flushes, which fails on a full disk.
            if not is_disk_full(error):
                raise
        self._path.unlink(missing_ok=True)


def _modified(path: Path) -> float:
    """Return when a file was last written, in Unix time; infinity when it does not exist."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _make_directory(path: Path) -> bool:
    """Make a directory for its owner only; return False if it exists."""
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        return False
    return True


def fsync_directory(path: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
