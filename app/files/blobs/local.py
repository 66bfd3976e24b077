"""The bytes of files: a protocol, and its form in a directory. The other form: blobs_s3."""

import errno
import hashlib
import os
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, Protocol

from app.db import now
from app.errors import StorageFull

# EFBIG is a quota of its own kind: the process may not write files that large.
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FOLDER = re.compile("[0-9a-f]{2}")
KEY = re.compile(f"({FOLDER.pattern})/\\1[0-9a-f]{{30}}")
FULL_SENTENCE = "The server's disk is full: nothing was stored. Free some space and try again."


class StoreUnavailable(OSError):
    """The store of uploaded files cannot be reached, or refuses what it is asked."""


@dataclass(frozen=True, slots=True)
class Blob:
    """Stored bytes: where they are, how many, and their SHA-256 in hexadecimal."""

    key: str
    size: int
    sha256: str


class BlobWriter(Protocol):
    """Takes bytes in order; `commit` makes them a blob, `discard` forgets them."""

    def write(self, data: bytes) -> None:
        """Add bytes; raises StorageFull when there is no room."""
        ...

    def reopen(self) -> BinaryIO:
        """Open what was written so far for reading, from the beginning."""
        ...

    def commit(self) -> Blob:
        """Keep the bytes, durably; raises StorageFull when there is no room."""
        ...

    def discard(self) -> None:
        """Forget the bytes; harmless after `commit`."""
        ...


class BlobStore(Protocol):
    """Where blobs live. Keys are opaque.

    Everything may raise OSError when the store is away, StoreUnavailable where it is elsewhere.
    """

    def create(self) -> BlobWriter:
        """Begin a new blob."""
        ...

    def open(self, key: str) -> BinaryIO:
        """Open a blob as a real file (it has a descriptor); raises FileNotFoundError."""
        ...

    def delete(self, key: str) -> None:
        """Remove a blob; harmless if it is gone already."""
        ...

    def check(self) -> None:
        """Raise OSError, within seconds, if the store cannot be used now."""
        ...

    def keys(self, older_than: timedelta) -> Iterator[str]:
        """Give the keys of all blobs that were committed longer ago than this, in any order."""
        ...

    def remove_stale_uploads(self, older_than: timedelta) -> int:
        """Remove what crashes left of uploads that nobody has written to for so long.

        Returns how many there were. Harmless to the uploads of other processes unless they
        pause for that long.
        """
        ...

    def direct_link(self, key: str, name: str, seconds: int) -> str | None:
        """Return a URL of the store itself that sends a blob as an attachment called `name`.

        It works for `seconds`. None where clients get the bytes through this server.
        """
        ...


class LocalBlobStore:
    """Blobs in a directory, in 256 subdirectories; written aside, fsynced, renamed into place."""

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
        """Remove a blob; harmless if it is gone already."""
        (self._root / key).unlink(missing_ok=True)

    def check(self) -> None:
        """Raise OSError if the directory cannot be written to."""
        if not os.access(self._incoming, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "the directory of uploaded files is not writable")

    def keys(self, older_than: timedelta) -> Iterator[str]:
        """Give the keys of all blobs that were committed longer ago than this."""
        before = (now() - older_than).timestamp()
        for folder in sorted(self._root.iterdir()):
            # Not `incoming`, nor what others have put there, such as a volume's `lost+found`.
            if not FOLDER.fullmatch(folder.name) or not folder.is_dir():
                continue
            for path in folder.iterdir():
                key = f"{folder.name}/{path.name}"
                if is_key(key) and _modified(path) < before:
                    yield key

    def remove_stale_uploads(self, older_than: timedelta) -> int:
        """Remove uploads that a crash cut short; each write makes an upload young again."""
        before = (now() - older_than).timestamp()
        stale = [path for path in self._incoming.iterdir() if _modified(path) < before]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)

    def direct_link(self, key: str, name: str, seconds: int) -> None:  # noqa: ARG002  # the protocol's signature
        """Return None: the bytes of a directory come through this server."""
        return


class LocalBlobWriter:
    """One upload on its way to the store."""

    def __init__(self, root: Path, incoming: Path) -> None:
        self._root = root
        name = uuid.uuid4().hex
        self._key = f"{name[:2]}/{name}"
        self._path = incoming / name
        self._hash = hashlib.sha256()
        self._size = 0
        try:
            self._file = self._path.open("wb")
        except OSError as error:
            raise _as_storage_full(error) from error

    def write(self, data: bytes) -> None:
        """Add bytes; raises StorageFull when there is no room."""
        try:
            self._file.write(data)
        except OSError as error:
            raise _as_storage_full(error) from error
        self._hash.update(data)
        self._size += len(data)

    def reopen(self) -> BinaryIO:
        """Open what was written so far for reading, from the beginning."""
        try:
            self._file.flush()
        except OSError as error:
            raise _as_storage_full(error) from error
        return self._path.open("rb")

    def commit(self) -> Blob:
        """Bring the bytes to the disk, rename them into place, bring the new name to the disk.

        After it a power cut loses neither.
        """
        target = self._root / self._key
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            is_new = _make_directory(target.parent)
            self._path.rename(target)
            fsync_directory(target.parent)
            if is_new:
                fsync_directory(self._root)
        except OSError as error:
            raise _as_storage_full(error) from error
        return Blob(self._key, self._size, self._hash.hexdigest())

    def discard(self) -> None:
        """Forget the bytes; harmless after `commit`."""
        try:
            self._file.close()
        except OSError as error:
            # Closing flushes; on a full disk that fails, and the bytes are unwanted anyway.
            if error.errno not in FULL:
                raise
        self._path.unlink(missing_ok=True)


def is_key(text: str) -> bool:
    """Tell whether a name in a store is one of ours: a bucket or a volume may hold others' too."""
    return KEY.fullmatch(text) is not None


def is_disk_full(error: OSError) -> bool:
    """Tell whether an error means that there is no room for more bytes."""
    return error.errno in FULL


def _as_storage_full(error: OSError) -> Exception:
    return StorageFull(FULL_SENTENCE) if is_disk_full(error) else error


def _modified(path: Path) -> float:
    """Return when a file was written to, in seconds; infinity when it is gone."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _make_directory(path: Path) -> bool:
    """Make a directory for its owner only; False if it is there already."""
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        return False
    return True


def fsync_directory(path: Path) -> None:
    """Bring the names in a directory to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
