"""What a blob store does, the keys of blobs, and the errors that every store raises."""

import errno
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO, Protocol

from app.errors import StorageFull

FOLDER = re.compile("[0-9a-f]{2}")
KEY = re.compile(f"({FOLDER.pattern})/\\1[0-9a-f]{{30}}")
# EFBIG: the process has a limit on the size of files.
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FULL_MESSAGE = "The server's disk is full: nothing was stored. Free some space and try again."


class StoreUnavailable(OSError):
    """The blob store is unavailable, or refuses a request."""


@dataclass(frozen=True, slots=True)
class Blob:
    """Stored bytes: their key, their size in bytes and their SHA-256 in hexadecimal."""

    key: str
    size: int
    sha256: str


class BlobWriter(Protocol):
    """Takes bytes in order; `commit` makes a blob of them, `discard` drops them."""

    def write(self, data: bytes) -> None:
        """Add bytes; raises StorageFull when there is no room."""
        ...

    def reopen(self) -> BinaryIO:
        """Open the bytes written so far for reading, from the beginning."""
        ...

    def commit(self, *, is_durable: bool = True) -> Blob:
        """Store the bytes; raises StorageFull when there is no room.

        Unless `is_durable`, a power cut may lose or damage them.
        """
        ...

    def discard(self) -> None:
        """Drop the bytes; has no effect after `commit`."""
        ...


class BlobStore(Protocol):
    """Stores blobs under opaque keys.

    Every method may raise OSError when the store does not work; a remote store raises
    StoreUnavailable.
    """

    def create(self) -> BlobWriter:
        """Begin a new blob."""
        ...

    def open(self, key: str) -> BinaryIO:
        """Open a blob as a real file (it has a descriptor); raises FileNotFoundError."""
        ...

    def delete(self, key: str) -> None:
        """Delete a blob; has no effect when it does not exist."""
        ...

    def check(self) -> None:
        """Raise OSError, within seconds, if the store does not work."""
        ...

    def keys(self, older_than: timedelta) -> Iterator[str]:
        """Yield the keys of all blobs committed longer ago than this, in any order."""
        ...

    def delete_stale_uploads(self, older_than: timedelta) -> int:
        """Delete uploads that were not written to for this long; return how many.

        A crash leaves such uploads behind. Uploads of running processes are not affected unless
        they pause for that long.
        """
        ...

    def direct_link(self, key: str, name: str, seconds: int) -> str | None:
        """Return a URL of the store itself that sends a blob as an attachment called `name`.

        It works for `seconds`. None when clients download through this server.
        """
        ...


def new_key() -> str:
    """Return a key for a new blob, in one of 256 folders."""
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name}"


def is_key(text: str) -> bool:
    """Tell whether a name is a blob's key: a bucket or a volume may hold other files too."""
    return KEY.fullmatch(text) is not None


def is_disk_full(error: OSError) -> bool:
    """Tell whether an error means that there is no room for more bytes."""
    return error.errno in FULL


def as_storage_full(error: OSError) -> Exception:
    """Return StorageFull for an error that means so, otherwise the error itself."""
    return StorageFull(FULL_MESSAGE) if is_disk_full(error) else error
