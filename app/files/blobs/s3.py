"""Blobs in a bucket of S3, or of a server that speaks its protocol.

An upload is spooled to an unnamed file first, for three reasons: sniffing a zip or an OLE file
needs all of its bytes, an aborted upload leaves nothing in the bucket, and a slow client holds no
connection to it. Parsers need a real file, so opening a blob downloads it to an unnamed file too.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, BinaryIO, cast
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from app.db import now
from app.errors import StorageFull
from app.files.blobs.protocol import (
    FULL_MESSAGE,
    Blob,
    StoreUnavailable,
    as_storage_full,
    is_disk_full,
    is_key,
    new_key,
)
from app.files.blobs.s3_signing import SigningKey, presigned_get

# Larger blobs are sent in parts of this size, two at a time: 16 MB of memory.
PART_BYTES = 8 * 1024 * 1024
PARTS_AT_ONCE = 2
# For one whole request; the settings bound the time without any byte.
REQUEST_TIMEOUT = timedelta(minutes=5)
CONNECT_TIMEOUT = timedelta(seconds=3)
CHECK_TIMEOUT = timedelta(seconds=3)
MAX_RETRIES = 2
COPY_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket and how to reach it.

    An empty `endpoint` means AWS. Without a `key` the credentials come from the AWS_* variables,
    web identities, the container or the machine. `read_timeout` bounds the time without any byte.
    `public_endpoint` is the bucket's address for clients that download from it directly.
    """

    name: str
    prefix: str
    region: str
    endpoint: str = ""
    key: SigningKey | None = None
    is_path_style: bool = True
    read_timeout: timedelta = timedelta(seconds=10)
    public_endpoint: str = ""


class S3BlobStore:
    """Blobs as objects under a prefix; `spool` is a directory for unnamed files.

    Create it after a fork, never before: the client has threads.
    """

    def __init__(self, bucket: Bucket, spool: Path) -> None:
        self._bucket = bucket
        self._spool = spool
        self._spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._store = _connect(bucket, bucket.read_timeout, MAX_RETRIES)
        self._quick_store = _connect(bucket, min(bucket.read_timeout, CHECK_TIMEOUT), 0)

    def create(self) -> "S3BlobWriter":
        """Begin a new blob; raises StorageFull when there is no room to spool it."""
        return S3BlobWriter(self._store, self._spool)

    def open(self, key: str) -> BinaryIO:
        """Download a blob to an unnamed file and open it; raises FileNotFoundError."""
        file = _spool_file(self._spool)
        try:
            with _translate_errors("read"):
                for chunk in obstore.get(self._store, key).stream(min_chunk_size=COPY_BYTES):
                    file.write(chunk)
            file.seek(0)
        except BaseException as error:
            file.close()
            if isinstance(error, FileNotFoundError):
                self.check()  # raises when the whole bucket is missing
                raise FileNotFoundError(f"there is no blob {key}") from None
            raise
        return file

    def delete(self, key: str) -> None:
        """Delete a blob; has no effect when it does not exist."""
        try:
            with _translate_errors("delete from"):
                obstore.delete(self._store, key)
        except FileNotFoundError:
            self.check()

    def check(self) -> None:
        """Raise StoreUnavailable, within seconds, if the bucket cannot be listed."""
        with _translate_errors("list"):
            # This prefix matches nothing, so the answer is as small as possible.
            obstore.list_with_delimiter(self._quick_store, prefix="check")

    def keys(self, older_than: timedelta) -> Iterator[str]:
        """Yield the keys of all blobs committed longer ago than this."""
        before = now() - older_than
        with _translate_errors("list"):
            for chunk in obstore.list(self._store, chunk_size=1000):
                for found in chunk:
                    if is_key(found["path"]) and found["last_modified"] < before:
                        yield found["path"]

    def delete_stale_uploads(self, older_than: timedelta) -> int:  # noqa: ARG002  # the protocol's signature
        """Return 0: a spool file ends with its process.

        A crash during the commit of a large blob leaves parts in the bucket. A lifecycle rule of
        the bucket removes them (docs/how-to/object-storage.md).
        """
        return 0

    def direct_link(self, key: str, name: str, seconds: int) -> str | None:
        """Return a presigned URL of the bucket; None without `public_endpoint` or `key`."""
        bucket = self._bucket
        if not bucket.public_endpoint or bucket.key is None:
            return None
        path = "/".join(part for part in (bucket.prefix, key) if part)
        origin = bucket.public_endpoint
        if bucket.is_path_style:
            path = f"{bucket.name}/{path}"
        else:
            origin = _with_bucket(origin, bucket.name)
        return presigned_get(origin, path, name, seconds, bucket.key, bucket.region, now())


class S3BlobWriter:
    """One upload to the bucket."""

    def __init__(self, store: S3Store, spool: Path) -> None:
        self._store = store
        self._key = new_key()
        self._hash = hashlib.sha256()
        self._size = 0
        with _translate_full():
            self._file = _spool_file(spool)

    def write(self, data: bytes) -> None:
        """Add bytes; raises StorageFull when there is no room to spool them."""
        with _translate_full():
            self._file.write(data)
        self._hash.update(data)
        self._size += len(data)

    def reopen(self) -> BinaryIO:
        """Open the bytes written so far for reading, from the beginning."""
        with _translate_full():
            self._file.flush()
        # Opened anew: a duplicate of the descriptor would share its position.
        return Path(f"/dev/fd/{self._file.fileno()}").open("rb")

    def commit(self, *, is_durable: bool = True) -> Blob:  # noqa: ARG002  # the protocol's signature
        """Send the bytes to the bucket; a transfer that fails removes its parts."""
        with _translate_full():
            self._file.flush()
        self._file.seek(0)
        try:
            with _translate_errors("write to"):
                obstore.put(
                    self._store,
                    self._key,
                    self._file,
                    # For direct links on servers that ignore the response headers of the link.
                    attributes={
                        "Content-Type": "application/octet-stream",
                        "Content-Disposition": "attachment",
                    },
                    chunk_size=PART_BYTES,
                    max_concurrency=PARTS_AT_ONCE,
                )
        except FileNotFoundError:
            raise StoreUnavailable("the bucket does not exist") from None
        self._file.close()
        return Blob(self._key, self._size, self._hash.hexdigest())

    def discard(self) -> None:
        """Drop the bytes; has no effect after `commit`."""
        try:
            self._file.close()
        except OSError as error:
            # Closing flushes, which fails on a full disk.
            if not is_disk_full(error):
                raise


def _connect(bucket: Bucket, read_timeout: timedelta, retries: int) -> S3Store:
    """Return a client that gives up after `read_timeout` without any byte."""
    endpoint, key = bucket.endpoint, bucket.key
    if endpoint and not bucket.is_path_style:
        endpoint = _with_bucket(endpoint, bucket.name)
    return S3Store(
        bucket.name,
        prefix=bucket.prefix or None,
        # Every value is given, so that no AWS_* variable overrides a setting.
        config={
            "region": bucket.region,
            **({"endpoint": endpoint} if endpoint else {}),
            "virtual_hosted_style_request": not bucket.is_path_style,
            "skip_signature": False,
        },
        client_options={
            "allow_http": endpoint.startswith("http://"),
            "connect_timeout": min(read_timeout, CONNECT_TIMEOUT),
            "read_timeout": read_timeout,
            "timeout": REQUEST_TIMEOUT,
        },
        retry_config={
            "max_retries": retries,
            "retry_timeout": read_timeout,
            "backoff": {
                "init_backoff": timedelta(milliseconds=100),
                "max_backoff": timedelta(seconds=2),
                "base": 2,
            },
        },
        credential_provider=None if key is None else key.credentials,
    )


def _with_bucket(endpoint: str, bucket: str) -> str:
    """Return the endpoint's address with the bucket as its first label."""
    parts = urlsplit(endpoint)
    return parts._replace(netloc=f"{bucket}.{parts.netloc}").geturl()


def _spool_file(folder: Path) -> BinaryIO:
    """Return a new unnamed file, which the system deletes with its last descriptor."""
    file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # the caller closes it
    return cast("BinaryIO", file)


@contextmanager
def _translate_errors(doing: str) -> Iterator[None]:
    """Raise StoreUnavailable or StorageFull for the client's errors, except FileNotFoundError.

    Keeps their first line only: the others are internals of the client.
    """
    try:
        yield
    except BaseError as error:
        if "<Code>NoSuchBucket</Code>" in str(error):
            raise StoreUnavailable("the bucket does not exist") from None
        reason = str(error).split("\n", 1)[0]
        if "507 Insufficient Storage" in reason:
            raise StorageFull(FULL_MESSAGE) from None
        raise StoreUnavailable(f"cannot {doing} the bucket: {reason}") from None


@contextmanager
def _translate_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise as_storage_full(error) from error
