"""The cache of what workers compute from a file: bytes in the blob store, with a row each.

An entry belongs to one file of one project. It is never found for another file, even one with the
same bytes: the time that a job takes would reveal that another project has the same document.

The blob of a removed entry is deleted as `deletions` describes.
"""

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from app.db import Database, now, table_of
from app.errors import StorageFull
from app.files import deletions
from app.files.blobs.protocol import Blob, BlobStore
from app.files.models import CacheEntry, CacheKind

log = logging.getLogger(__name__)

# `used_at` serves eviction only: writing it at every look-up would make each of them a write.
USED_AT_INTERVAL = timedelta(hours=1)

# A file has three entries for each selection of pages and each release; older ones are evicted.
MAX_FOUND = 60
# What jobs use; the others are made for people who look at pages.
FOR_JOBS = (CacheKind.DOCUMENT, CacheKind.FAILURE, CacheKind.VECTORS)

_FAILURES = (OSError, StorageFull, SQLAlchemyError)

# Built once, because they run for each file.
_ENTRIES = table_of(CacheEntry)
_OF_FILE = select(
    _ENTRIES.c.kind,
    _ENTRIES.c.key,
    _ENTRIES.c.id,
    _ENTRIES.c.blob_key,
    _ENTRIES.c.size,
    _ENTRIES.c.sha256,
    _ENTRIES.c.used_at,
).where(
    # A foreign key has a type only when the model that it refers to is imported.
    _ENTRIES.c.file_id == bindparam("file_id", type_=Uuid()),
    _ENTRIES.c.project_id == bindparam("project_id", type_=Uuid()),
)
_FIND = (
    _OF_FILE.where(_ENTRIES.c.kind.in_(bindparam("kinds", expanding=True)))
    .order_by(_ENTRIES.c.used_at.desc())
    .limit(bindparam("most"))
)
_FIND_ONE = _OF_FILE.where(
    _ENTRIES.c.kind == bindparam("kind"), _ENTRIES.c.key == bindparam("entry_key")
)
_INSERT = insert(_ENTRIES)
_TOUCH = (
    update(_ENTRIES)
    .where(_ENTRIES.c.id.in_(bindparam("ids", expanding=True)))
    .values(used_at=bindparam("moment"))
)


@dataclass(frozen=True, slots=True)
class CacheOwner:
    """The file that a cache entry belongs to."""

    project_id: UUID
    file_id: UUID

    @property
    def columns(self) -> dict[str, UUID]:
        """The columns that name the file in a row."""
        return {"project_id": self.project_id, "file_id": self.file_id}


@dataclass(frozen=True, slots=True)
class NewCacheEntry:
    """Bytes to store.

    `key`, at most 64 characters, depends on everything that the bytes depend on besides the file.
    """

    kind: CacheKind
    key: str
    data: bytes


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """The row of an entry: where its bytes are, and when they were last used."""

    id: UUID
    blob_key: str
    size: int
    sha256: str
    used_at: datetime


StoredEntries = Mapping[tuple[str, str], StoredEntry]
"""The entries of one file by kind and key."""


class FileCache:
    """The cache of all files, `max_bytes` in total; 0 switches it off.

    What finds, reads, puts and removes never fails: without the cache everything works, only
    slower. The first failure is logged, and the next one only after a `put` has succeeded. The
    sweeper evicts, so the cache may exceed `max_bytes` for a while.
    """

    def __init__(self, database: Database, blobs: BlobStore, max_bytes: int) -> None:
        self._database = database
        self._blobs = blobs
        self._max_bytes = max_bytes
        self._has_failed = False

    def find(
        self, owner: CacheOwner, kinds: Sequence[CacheKind] = FOR_JOBS, most: int = MAX_FOUND
    ) -> StoredEntries:
        """Return the entries of a file, `most` of them, the last used first; one statement."""
        values = {"kinds": [kind.value for kind in kinds], "most": most}
        return self._select(_FIND, owner, values)

    def find_one(self, owner: CacheOwner, kind: CacheKind, key: str) -> StoredEntry | None:
        """Return an entry of a file, None if there is none."""
        found = self._select(_FIND_ONE, owner, {"kind": kind.value, "entry_key": key})
        return next(iter(found.values()), None)

    def get(self, owner: CacheOwner, kind: CacheKind, key: str) -> bytes | None:
        """Return an entry's bytes as they were stored; None when there is no such entry."""
        entry = self.find_one(owner, kind, key)
        return None if entry is None else self.read(entry)

    def read(self, entry: StoredEntry) -> bytes | None:
        """Return an entry's bytes as they were stored.

        Returns None, and removes the entry, if the bytes are missing or damaged.
        """
        try:
            data = self._read(entry.blob_key, entry.size)
            if data is not None and hashlib.sha256(data).hexdigest() == entry.sha256:
                return data
            self._remove([entry.id])
        except _FAILURES as error:
            self._log_once(error)
        return None

    def read_last(self, owner: CacheOwner, kind: CacheKind, most: int) -> Iterator[bytes]:
        """Yield the bytes of a file's entries of a kind, the last used first, up to `most`."""
        for entry in self.find(owner, (kind,), most).values():
            data = self.read(entry)
            if data is not None:
                yield data

    def put(
        self,
        owner: CacheOwner,
        entries: Sequence[NewCacheEntry],
        used: Sequence[StoredEntry] = (),
    ) -> None:
        """Store new entries, all of them or none, and note that others were used.

        Stores none when another worker has stored one of them, or the file was deleted.
        """
        entries = [entry for entry in entries if len(entry.data) <= self._max_bytes]
        due = now() - USED_AT_INTERVAL
        stale = [entry.id for entry in used if entry.used_at < due]
        if not entries and not stale:
            return
        try:
            self._store(owner, entries, stale)
        except IntegrityError:
            return
        except _FAILURES as error:
            self._log_once(error)
        else:
            self._has_failed = False

    def remove(self, entry: StoredEntry) -> None:
        """Remove an entry that the caller cannot read."""
        try:
            self._remove([entry.id])
        except _FAILURES as error:
            self._log_once(error)

    def discard(self, owner: CacheOwner, kind: CacheKind, key: str) -> None:
        """Remove an entry, if there is one."""
        entry = self.find_one(owner, kind, key)
        if entry is not None:
            self.remove(entry)

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

    def _select(
        self, query: Select[Any], owner: CacheOwner, values: dict[str, Any]
    ) -> StoredEntries:
        if self._max_bytes == 0:
            return {}
        try:
            with self._database.read() as session:
                rows = session.execute(query, {**owner.columns, **values}).all()
        except _FAILURES as error:
            self._log_once(error)
            return {}
        return {
            (row.kind, row.key): StoredEntry(
                row.id, row.blob_key, row.size, row.sha256, row.used_at
            )
            for row in rows
        }

    def _read(self, blob_key: str, size: int) -> bytes | None:
        """Return a blob's bytes, one more than `size` at most; None when the blob is missing."""
        try:
            with self._blobs.open(blob_key) as file:
                return file.read(size + 1)
        except FileNotFoundError:
            self._blobs.check()  # raises when the whole store is unavailable
            return None

    def _store(
        self, owner: CacheOwner, entries: Sequence[NewCacheEntry], stale: Sequence[UUID]
    ) -> None:
        blobs: list[Blob] = []
        try:
            blobs.extend(self._write(entry.data) for entry in entries)
            with self._database.write() as session:
                if stale:
                    session.execute(_TOUCH, {"ids": stale, "moment": now()})
                if entries:
                    session.execute(
                        _INSERT,
                        [
                            {
                                **owner.columns,
                                "kind": entry.kind.value,
                                "key": entry.key,
                                "blob_key": blob.key,
                                "size": blob.size,
                                "sha256": blob.sha256,
                            }
                            for entry, blob in zip(entries, blobs, strict=True)
                        ],
                    )
        except BaseException:
            for blob in blobs:
                self._blobs.delete(blob.key)
            raise

    def _write(self, data: bytes) -> Blob:
        writer = self._blobs.create()
        try:
            writer.write(data)
            # What a power cut damages has another digest, and is computed again.
            return writer.commit(is_durable=False)
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
