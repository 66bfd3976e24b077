"""Blobs in a bucket of S3, or of a server that speaks its protocol.

An upload is spooled to a file without a name before it goes to the bucket: telling a zip or an
OLE file by its bytes needs all of them, a client that goes away midway leaves nothing in the
bucket, and one that is slow keeps no connection to it. Parsers need a real file, so that opening
a blob brings it into such a file as well.
"""

import hashlib
import tempfile
import uuid
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
from app.files.blobs.local import FULL_SENTENCE, Blob, StoreUnavailable, is_disk_full, is_key
from app.files.blobs.s3_signing import SigningKey, presigned_get

# Larger blobs go in parts of this size, two at a time: together they are the memory it takes.
PART_BYTES = 8 * 1024 * 1024
PARTS_AT_ONCE = 2
# For one request in all, however it trickles; the settings bound how long nothing may come.
REQUEST_TIMEOUT = timedelta(minutes=5)
CONNECT_TIMEOUT = timedelta(seconds=3)
CHECK_TIMEOUT = timedelta(seconds=3)
TRIES_AGAIN = 2
COPY_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where blobs are kept, and how to get there.

    Without an `endpoint` it is AWS. Without a `key` the AWS_* variables count, web identities,
    and the credentials of the container or the machine. `public_endpoint` is the address under
    which clients reach the bucket, if they shall get bytes from there.
    """

    name: str
    prefix: str
    region: str
    endpoint: str = ""
    key: SigningKey | None = None
    is_path_style: bool = True
    patience: timedelta = timedelta(seconds=10)
    public_endpoint: str = ""


class S3BlobStore:
    """Blobs as objects under a prefix, `spool` being a directory for files in passing.

    To be made after a fork, never before: the client has threads.
    """

    def __init__(self, bucket: Bucket, spool: Path) -> None:
        self._bucket = bucket
        self._spool = spool
        self._spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._store = _connect(bucket, bucket.patience, TRIES_AGAIN)
        self._impatient = _connect(bucket, min(bucket.patience, CHECK_TIMEOUT), 0)

    def create(self) -> "S3BlobWriter":
        """Begin a new blob; raises StorageFull when there is no room to spool it."""
        return S3BlobWriter(self._store, self._spool)

    def open(self, key: str) -> BinaryIO:
        """Bring a blob into a file without a name and open that; raises FileNotFoundError."""
        file = _spool_file(self._spool)
        try:
            with _as_ours("read"):
                for chunk in obstore.get(self._store, key).stream(min_chunk_size=COPY_BYTES):
                    file.write(chunk)
            file.seek(0)
        except BaseException as error:
            file.close()
            if isinstance(error, FileNotFoundError):
                self.check()  # a bucket that is gone has no blobs either
                raise FileNotFoundError(f"there is no blob {key}") from None
            raise
        return file

    def delete(self, key: str) -> None:
        """Remove a blob; harmless if it is gone already."""
        try:
            with _as_ours("delete from"):
                obstore.delete(self._store, key)
        except FileNotFoundError:
            self.check()

    def check(self) -> None:
        """Raise StoreUnavailable, within seconds, if the bucket cannot be listed."""
        with _as_ours("list"):
            # Nothing is there: the smallest answer that a bucket which exists can give.
            obstore.list_with_delimiter(self._impatient, prefix="check")

    def keys(self, older_than: timedelta) -> Iterator[str]:
        """Give the keys of all blobs that were committed longer ago than this."""
        before = now() - older_than
        with _as_ours("list"):
            for chunk in obstore.list(self._store, chunk_size=1000):
                for found in chunk:
                    if is_key(found["path"]) and found["last_modified"] < before:
                        yield found["path"]

    def remove_stale_uploads(self, older_than: timedelta) -> int:  # noqa: ARG002  # the protocol's signature
        """Return 0: a spool file goes with its process.

        A crash during the commit of a large blob leaves parts in the bucket, which this
        protocol's clients seldom can list: a rule of the bucket removes them (see the guide).
        """
        return 0

    def direct_link(self, key: str, name: str, seconds: int) -> str | None:
        """Return a presigned URL of the bucket; None unless clients shall use it."""
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
    """One upload on its way to the store."""

    def __init__(self, store: S3Store, spool: Path) -> None:
        self._store = store
        name = uuid.uuid4().hex
        self._key = f"{name[:2]}/{name}"
        self._hash = hashlib.sha256()
        self._size = 0
        with _full_as_ours():
            self._file = _spool_file(spool)

    def write(self, data: bytes) -> None:
        """Add bytes; raises StorageFull when there is no room to spool them."""
        with _full_as_ours():
            self._file.write(data)
        self._hash.update(data)
        self._size += len(data)

    def reopen(self) -> BinaryIO:
        """Open what was written so far for reading, from the beginning."""
        with _full_as_ours():
            self._file.flush()
        # By way of /proc or /dev: a duplicate of the descriptor would share its position.
        return Path(f"/dev/fd/{self._file.fileno()}").open("rb")

    def commit(self) -> Blob:
        """Send the bytes to the bucket; when it returns they are there, or an error is raised.

        A transfer that fails takes its parts back.
        """
        with _full_as_ours():
            self._file.flush()
        self._file.seek(0)
        try:
            with _as_ours("write to"):
                obstore.put(
                    self._store,
                    self._key,
                    self._file,
                    # What a direct link shows, should its own headers get lost.
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
        """Forget the bytes; harmless after `commit`."""
        try:
            self._file.close()
        except OSError as error:
            # Closing flushes; on a full disk that fails, and the bytes are unwanted anyway.
            if not is_disk_full(error):
                raise


def _connect(bucket: Bucket, patience: timedelta, tries_again: int) -> S3Store:
    """Return a client that gives up when nothing comes for `patience`."""
    endpoint, key = bucket.endpoint, bucket.key
    if endpoint and not bucket.is_path_style:
        endpoint = _with_bucket(endpoint, bucket.name)
    return S3Store(
        bucket.name,
        prefix=bucket.prefix or None,
        # Every value is given, so that no AWS_* variable changes what the settings say.
        config={
            "region": bucket.region,
            **({"endpoint": endpoint} if endpoint else {}),
            "virtual_hosted_style_request": not bucket.is_path_style,
            "skip_signature": False,
        },
        client_options={
            "allow_http": endpoint.startswith("http://"),
            "connect_timeout": min(patience, CONNECT_TIMEOUT),
            "read_timeout": patience,
            "timeout": REQUEST_TIMEOUT,
        },
        retry_config={
            "max_retries": tries_again,
            "retry_timeout": patience,
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
    """Return a new file without a name: it goes with its descriptor, even in a crash."""
    file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # whoever asks for it closes it
    return cast("BinaryIO", file)


@contextmanager
def _as_ours(doing: str) -> Iterator[None]:
    """Turn the client's errors into ours, but for FileNotFoundError.

    Only the first line of them: the others are the client's internals.
    """
    try:
        yield
    except BaseError as error:
        if "<Code>NoSuchBucket</Code>" in str(error):
            raise StoreUnavailable("the bucket does not exist") from None
        reason = str(error).split("\n", 1)[0]
        if "507 Insufficient Storage" in reason:
            raise StorageFull(FULL_SENTENCE) from None
        raise StoreUnavailable(f"cannot {doing} the bucket: {reason}") from None


@contextmanager
def _full_as_ours() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageFull(FULL_SENTENCE) if is_disk_full(error) else error from error
