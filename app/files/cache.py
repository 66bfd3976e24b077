"""Caches of what workers make of a file: bytes in the blob store, with a row each.

An entry belongs to one file of one project and is never found for another, even one of the same
bytes: how long a job takes would tell that somebody else has the same document.

A row is removed after its blob: what a crash leaves between the two is a row without a blob,
which is found and removed, and not text that nobody knows of.
"""

import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from app.db import Database, now
from app.errors import StorageFull
from app.files.blobs.protocol import Blob, BlobStore
from app.files.models import CacheEntry, CacheKind

log = logging.getLogger(__name__)

# `used_at` is for eviction; writing it at every look-up would make every reading a write.
USED_EVERY = timedelta(minutes=5)

_TROUBLE = (OSError, StorageFull, SQLAlchemyError)
_UNUSABLE = "the caches do not work: files are read anew each time"
_LEFT = "bytes that shall go cannot be deleted from the store: it is tried again"


@dataclass(frozen=True, slots=True)
class CacheOwner:
    """Whose cache it is."""

    project_id: UUID
    file_id: UUID


@dataclass(frozen=True, slots=True)
class NewCacheEntry:
    """Bytes to keep. `key`, at most 64 characters, says all that they depend on but the file."""

    kind: CacheKind
    key: str
    data: bytes


@dataclass(frozen=True, slots=True)
class PurgedBlobs:
    """How many blobs went, and after which row to go on; None when there is no more to try."""

    count: int
    last: UUID | None


class FileCache:
    """The caches of all files, of at most `max_bytes` together; 0 switches them off.

    Looking up and storing never fail: without a cache everything works, only slower. Trouble is
    logged once, until storing, or deleting, works again. The sweeper keeps the bound, so that for
    a while there may be more.
    """

    def __init__(self, database: Database, blobs: BlobStore, max_bytes: int) -> None:
        self._database = database
        self._blobs = blobs
        self._max_bytes = max_bytes
        self._told: set[str] = set()
        self._purged_to: UUID | None = None

    def get(self, owner: CacheOwner, kind: CacheKind, key: str) -> bytes | None:
        """Return an entry's bytes as they were stored; None when there are none to be had."""
        if self._max_bytes == 0:
            return None
        try:
            return self._find(owner, kind, key)
        except _TROUBLE as error:
            self._tell_once(_UNUSABLE, error)
            return None

    def put(self, owner: CacheOwner, entries: Sequence[NewCacheEntry]) -> None:
        """Store new entries, all of them or none.

        None where another worker was quicker with one, or the file was deleted meanwhile.
        """
        entries = [entry for entry in entries if len(entry.data) <= self._max_bytes]
        if not entries:
            return
        try:
            self._store(owner, entries)
        except IntegrityError:
            return
        except _TROUBLE as error:
            self._tell_once(_UNUSABLE, error)
        else:
            self._told.discard(_UNUSABLE)

    def remove(self, owner: CacheOwner, kind: CacheKind, key: str) -> None:
        """Remove an entry that whoever asked for it cannot read."""
        try:
            with self._database.read() as session:
                rows = session.execute(_entry(owner, kind, key)).all()
            self._remove((row.id, row.blob_key) for row in rows)
        except _TROUBLE as error:
            self._tell_once(_UNUSABLE, error)

    def purge(self, limit: int) -> int:
        """Remove up to `limit` blobs of deleted files with their rows; return how many.

        Their caches and their bytes. What a store keeps has its turn again after all others.
        """
        purged = self.purge_after(limit, after=self._purged_to)
        self._purged_to = purged.last
        return purged.count

    def purge_after(
        self, limit: int, project_id: UUID | None = None, after: UUID | None = None
    ) -> PurgedBlobs:
        """Try the next `limit` blobs of deleted files, of one project or of all.

        One that cannot be deleted does not keep the others; a store that is away ends it.
        """
        query = select(CacheEntry.id, CacheEntry.blob_key).where(CacheEntry.file_id.is_(None))
        if project_id is not None:
            query = query.where(CacheEntry.project_id == project_id)
        if after is not None:
            query = query.where(CacheEntry.id > after)
        with self._database.read() as session:
            rows = session.execute(query.order_by(CacheEntry.id).limit(limit)).all()
        gone, is_away = self._delete_what_goes((row.id, row.blob_key) for row in rows)
        self._delete_rows(gone)
        return PurgedBlobs(len(gone), rows[-1].id if len(rows) == limit and not is_away else None)

    def evict(self, limit: int) -> int:
        """Remove what was not used for longest, up to `limit` entries, while there is too much.

        Returns how many were removed. One that cannot be deleted does not keep the others.
        """
        with self._database.read() as session:
            total = int(session.scalar(select(func.sum(CacheEntry.size))) or 0)
            if total <= self._max_bytes:
                return 0
            rows = session.execute(
                select(CacheEntry.id, CacheEntry.blob_key, CacheEntry.size)
                .order_by(CacheEntry.used_at)
                .limit(limit)
            ).all()
        doomed = []
        for row in rows:
            if total <= self._max_bytes:
                break
            doomed.append((row.id, row.blob_key))
            total -= row.size
        gone, _ = self._delete_what_goes(doomed)
        self._delete_rows(gone)
        return len(gone)

    def _find(self, owner: CacheOwner, kind: CacheKind, key: str) -> bytes | None:
        with self._database.read() as session:
            row = session.execute(_entry(owner, kind, key)).one_or_none()
        if row is None:
            return None
        data = self._read(row.blob_key, row.size)
        if data is None or hashlib.sha256(data).hexdigest() != row.sha256:
            self._remove([(row.id, row.blob_key)])
            return None
        if row.used_at < now() - USED_EVERY:
            with self._database.write() as session:
                session.execute(
                    update(CacheEntry).where(CacheEntry.id == row.id).values(used_at=now())
                )
        return data

    def _read(self, blob_key: str, size: int) -> bytes | None:
        """Return a blob's bytes, one more than `size` at most; None when the blob is gone."""
        try:
            with self._blobs.open(blob_key) as file:
                return file.read(size + 1)
        except FileNotFoundError:
            self._blobs.check()  # a store that is away has lost nothing
            return None

    def _store(self, owner: CacheOwner, entries: Sequence[NewCacheEntry]) -> None:
        blobs: list[Blob] = []
        try:
            blobs.extend(self._write(entry.data) for entry in entries)
            with self._database.write() as session:
                for entry, blob in zip(entries, blobs, strict=True):
                    # A statement, because the unit of work wants to know tables that a worker
                    # has no use for, such as that of projects.
                    session.execute(
                        insert(CacheEntry).values(
                            project_id=owner.project_id,
                            file_id=owner.file_id,
                            kind=entry.kind,
                            key=entry.key,
                            blob_key=blob.key,
                            size=blob.size,
                            sha256=blob.sha256,
                        )
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

    def _remove(self, rows: Iterable[tuple[UUID, str]]) -> None:
        ids = []
        for row_id, blob_key in rows:
            self._blobs.delete(blob_key)
            ids.append(row_id)
        self._delete_rows(ids)

    def _delete_what_goes(self, rows: Iterable[tuple[UUID, str]]) -> tuple[list[UUID], bool]:
        """Delete the blobs of rows, which are given by id and blob; a store that is away ends it.

        Returns the rows whose blobs are gone, and whether the store is away.
        """
        gone: list[UUID] = []
        is_left = False
        for row_id, blob_key in rows:
            try:
                self._blobs.delete(blob_key)
            except OSError as error:
                is_left = True
                self._tell_once(_LEFT, error)
                if self._is_away():
                    return gone, True
            else:
                gone.append(row_id)
        if gone and not is_left:
            self._told.discard(_LEFT)
        return gone, False

    def _delete_rows(self, ids: Sequence[UUID]) -> None:
        if ids:
            with self._database.write() as session:
                session.execute(delete(CacheEntry).where(CacheEntry.id.in_(ids)))

    def _is_away(self) -> bool:
        try:
            self._blobs.check()
        except (OSError, StorageFull) as error:
            return not isinstance(error, StorageFull)
        return False

    def _tell_once(self, trouble: str, error: Exception) -> None:
        if trouble not in self._told:
            log.warning(trouble, exc_info=error)
        self._told.add(trouble)


def _entry(owner: CacheOwner, kind: CacheKind, key: str) -> Select[UUID, str, int, str, datetime]:
    return select(
        CacheEntry.id, CacheEntry.blob_key, CacheEntry.size, CacheEntry.sha256, CacheEntry.used_at
    ).where(
        CacheEntry.project_id == owner.project_id,
        CacheEntry.file_id == owner.file_id,
        CacheEntry.kind == kind,
        CacheEntry.key == key,
    )
