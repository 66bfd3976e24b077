"""The cache of what workers compute from a file: bytes in the blob store, with a row each.

An entry belongs to one file of one project. It is never found for another file, even one with the
same bytes: the time that a job takes would reveal that another project has the same document.

The blob of a removed entry is deleted as `deletions` describes.
"""

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from app.db import Database, now
from app.errors import StorageFull
from app.files import deletions
from app.files.blobs.protocol import Blob, BlobStore
from app.files.models import CacheEntry, CacheKind

log = logging.getLogger(__name__)

# `used_at` serves eviction only: writing it at every look-up would make each of them a write.
USED_AT_INTERVAL = timedelta(minutes=5)

_FAILURES = (OSError, StorageFull, SQLAlchemyError)


@dataclass(frozen=True, slots=True)
class CacheOwner:
    """The file that a cache entry belongs to."""

    project_id: UUID
    file_id: UUID


@dataclass(frozen=True, slots=True)
class NewCacheEntry:
    """Bytes to store.

    `key`, at most 64 characters, depends on everything that the bytes depend on besides the file.
    """

    kind: CacheKind
    key: str
    data: bytes


class FileCache:
    """The cache of all files, `max_bytes` in total; 0 switches it off.

    `get`, `get_last`, `put` and `remove` never fail: without the cache everything works, only
    slower. The first failure is logged, and the next one only after a `put` has succeeded. The
    sweeper evicts, so the cache may exceed `max_bytes` for a while.
    """

    def __init__(self, database: Database, blobs: BlobStore, max_bytes: int) -> None:
        self._database = database
        self._blobs = blobs
        self._max_bytes = max_bytes
        self._has_failed = False

    def get(self, owner: CacheOwner, kind: CacheKind, key: str) -> bytes | None:
        """Return an entry's bytes as they were stored; None when there is no such entry."""
        if self._max_bytes == 0:
            return None
        try:
            return self._find(owner, kind, key)
        except _FAILURES as error:
            self._log_once(error)
            return None

    def get_last(self, owner: CacheOwner, kind: CacheKind, limit: int) -> Iterator[bytes]:
        """Yield the bytes of a file's entries of a kind, the last used first, up to `limit`."""
        query = (
            select(CacheEntry.key)
            .where(CacheEntry.project_id == owner.project_id, CacheEntry.file_id == owner.file_id)
            .where(CacheEntry.kind == kind)
            .order_by(CacheEntry.used_at.desc())
            .limit(limit)
        )
        keys: Sequence[str] = ()
        try:
            with self._database.read() as session:
                keys = session.scalars(query).all()
        except SQLAlchemyError as error:
            self._log_once(error)
        for key in keys:
            data = self.get(owner, kind, key)
            if data is not None:
                yield data

    def put(self, owner: CacheOwner, entries: Sequence[NewCacheEntry]) -> None:
        """Store new entries, all of them or none.

        Stores none when another worker has stored one of them, or the file was deleted.
        """
        entries = [entry for entry in entries if len(entry.data) <= self._max_bytes]
        if not entries:
            return
        try:
            self._store(owner, entries)
        except IntegrityError:
            return
        except _FAILURES as error:
            self._log_once(error)
        else:
            self._has_failed = False

    def remove(self, owner: CacheOwner, kind: CacheKind, key: str) -> None:
        """Remove an entry that the caller cannot read."""
        try:
            with self._database.read() as session:
                row = session.execute(_entry(owner, kind, key)).one_or_none()
            if row is not None:
                self._remove([row.id])
        except _FAILURES as error:
            self._log_once(error)

    def evict(self, limit: int) -> int:
        """Remove the least recently used entries, up to `limit`, while the cache is too large.

        Return how many were removed.
        """
        with self._database.read() as session:
            total = int(session.scalar(select(func.sum(CacheEntry.size))) or 0)
            if total <= self._max_bytes:
                return 0
            rows = session.execute(
                select(CacheEntry.id, CacheEntry.size).order_by(CacheEntry.used_at).limit(limit)
            ).all()
        evicted = []
        for row in rows:
            if total <= self._max_bytes:
                break
            evicted.append(row.id)
            total -= row.size
        self._remove(evicted)
        return len(evicted)

    def _find(self, owner: CacheOwner, kind: CacheKind, key: str) -> bytes | None:
        with self._database.read() as session:
            row = session.execute(_entry(owner, kind, key)).one_or_none()
        if row is None:
            return None
        data = self._read(row.blob_key, row.size)
        if data is None or hashlib.sha256(data).hexdigest() != row.sha256:
            self._remove([row.id])
            return None
        if row.used_at < now() - USED_AT_INTERVAL:
            with self._database.write() as session:
                session.execute(
                    update(CacheEntry).where(CacheEntry.id == row.id).values(used_at=now())
                )
        return data

    def _read(self, blob_key: str, size: int) -> bytes | None:
        """Return a blob's bytes, one more than `size` at most; None when the blob is missing."""
        try:
            with self._blobs.open(blob_key) as file:
                return file.read(size + 1)
        except FileNotFoundError:
            self._blobs.check()  # raises when the whole store is unavailable
            return None

    def _store(self, owner: CacheOwner, entries: Sequence[NewCacheEntry]) -> None:
        blobs: list[Blob] = []
        try:
            blobs.extend(self._write(entry.data) for entry in entries)
            with self._database.write() as session:
                session.add_all(
                    CacheEntry(
                        project_id=owner.project_id,
                        file_id=owner.file_id,
                        kind=entry.kind,
                        key=entry.key,
                        blob_key=blob.key,
                        size=blob.size,
                        sha256=blob.sha256,
                    )
                    for entry, blob in zip(entries, blobs, strict=True)
                )
        except BaseException:
            for blob in blobs:
                self._blobs.delete(blob.key)
            raise

    def _write(self, data: bytes) -> Blob:
        writer = self._blobs.create()
        try:
            writer.write(data)
            return writer.commit()
        except BaseException:
            writer.discard()
            raise

    def _remove(self, ids: Sequence[UUID]) -> None:
        if not ids:
            return
        with self._database.write() as session:
            removed = session.execute(
                delete(CacheEntry)
                .where(CacheEntry.id.in_(ids))
                .returning(CacheEntry.project_id, CacheEntry.blob_key)
            ).all()
            for row in removed:
                deletions.enqueue(session, row.project_id, [row.blob_key])

    def _log_once(self, error: Exception) -> None:
        if not self._has_failed:
            log.warning("file cache unavailable; reading files without it", exc_info=error)
        self._has_failed = True


def _entry(owner: CacheOwner, kind: CacheKind, key: str) -> Select[UUID, str, int, str, datetime]:
    return select(
        CacheEntry.id, CacheEntry.blob_key, CacheEntry.size, CacheEntry.sha256, CacheEntry.used_at
    ).where(
        CacheEntry.project_id == owner.project_id,
        CacheEntry.file_id == owner.file_id,
        CacheEntry.kind == kind,
        CacheEntry.key == key,
    )
