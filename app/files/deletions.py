"""Deletion of blobs: recorded in the transaction that deletes the rows that named them.

The endpoint that deletes a file deletes its bytes right after the commit. The sweeper deletes what
is left and retries. It removes a row of `blob_deletions` after its blob, so that neither a crash
nor a store that is unavailable leaves bytes behind that no row names.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import StorageFull
from app.files.blobs.protocol import BlobStore
from app.files.models import BlobDeletion, CacheEntry

log = logging.getLogger(__name__)

BATCH = 500


@dataclass(frozen=True, slots=True)
class _Batch:
    """How many blobs were deleted, and the row to continue after; None at the end."""

    deleted: int
    last: UUID | None


class BlobDeleter:
    """Deletes the recorded blobs. A failure is logged once, until a batch succeeds again."""

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs
        self._after: UUID | None = None
        self._has_failed = False

    def delete_next(self, limit: int) -> int:
        """Delete up to `limit` blobs of all projects; return how many.

        Each call continues after the one before. A blob that cannot be deleted is tried again
        after all others.
        """
        _move_old_rows(self._database, limit)
        batch = self._delete_batch(limit, None, self._after)
        self._after = batch.last
        return batch.deleted

    def delete_of_project(self, project_id: UUID) -> int:
        """Try every blob of a project once; return how many were deleted."""
        while _move_old_rows(self._database, BATCH) == BATCH:
            pass
        batch = self._delete_batch(BATCH, project_id, None)
        deleted = batch.deleted
        while batch.last is not None:
            batch = self._delete_batch(BATCH, project_id, batch.last)
            deleted += batch.deleted
        return deleted

    def _delete_batch(self, limit: int, project_id: UUID | None, after: UUID | None) -> _Batch:
        """Try the next `limit` blobs; stops early when the store is unavailable."""
        query = select(BlobDeletion.id, BlobDeletion.blob_key)
        if project_id is not None:
            query = query.where(BlobDeletion.project_id == project_id)
        if after is not None:
            query = query.where(BlobDeletion.id > after)
        with self._database.read() as session:
            rows = session.execute(query.order_by(BlobDeletion.id).limit(limit)).all()
        done: list[UUID] = []
        is_available = True
        for row in rows:
            try:
                self._blobs.delete(row.blob_key)
            except OSError as error:
                self._log_once(error)
                is_available = self._is_store_available()
                if not is_available:
                    break
            else:
                done.append(row.id)
        if done:
            with self._database.write() as session:
                session.execute(delete(BlobDeletion).where(BlobDeletion.id.in_(done)))
            self._has_failed = self._has_failed and len(done) < len(rows)
        is_end = len(rows) < limit or not is_available
        return _Batch(len(done), None if is_end else rows[-1].id)

    def _is_store_available(self) -> bool:
        try:
            self._blobs.check()
        except StorageFull:
            return True
        except OSError:
            return False
        return True

    def _log_once(self, error: Exception) -> None:
        if not self._has_failed:
            log.warning("blob deletion failed; retrying", exc_info=error)
        self._has_failed = True


def enqueue(session: Session, project_id: UUID, blob_keys: Iterable[str]) -> None:
    """Record blobs to delete, in the transaction that deletes the rows that named them."""
    session.add_all(BlobDeletion(project_id=project_id, blob_key=key) for key in blob_keys)


def delete_now(blobs: BlobStore, blob_keys: Iterable[str]) -> None:
    """Delete blobs after the commit that enqueued them; the sweeper retries what fails."""
    try:
        for key in blob_keys:
            blobs.delete(key)
    except OSError:
        log.exception("blob deletion failed; the sweeper retries")


def count_left(database: Database, project_id: UUID) -> int:
    """Return how many blobs of a project are still to be deleted."""
    with database.read() as session:
        return (
            session.scalar(select(func.count()).where(BlobDeletion.project_id == project_id)) or 0
        )


def find_left(database: Database, project_id: UUID, limit: int) -> Sequence[str]:
    """Return the keys of up to `limit` blobs of a project that are still to be deleted."""
    with database.read() as session:
        return session.scalars(
            select(BlobDeletion.blob_key)
            .where(BlobDeletion.project_id == project_id)
            .order_by(BlobDeletion.id)
            .limit(limit)
        ).all()


def _move_old_rows(database: Database, limit: int) -> int:
    """Move rows that the release before wrote into the cache's table; return how many.

    While hosts are replaced, an older server records deletions as cache rows without a file.
    """
    is_deletion = CacheEntry.file_id.is_(None)
    with database.read() as session:
        ids = session.scalars(select(CacheEntry.id).where(is_deletion).limit(limit)).all()
    if not ids:
        return 0
    with database.write() as session:
        moved = session.execute(
            delete(CacheEntry)
            .where(CacheEntry.id.in_(ids))
            .returning(
                CacheEntry.id, CacheEntry.project_id, CacheEntry.blob_key, CacheEntry.created_at
            )
        ).mappings()
        session.add_all(BlobDeletion(**row) for row in moved)
    return len(ids)
