"""Files: store, find, list and delete."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Uuid, bindparam, delete, func, insert, select
from sqlalchemy.orm import Session

from app.audit.log import LINK, Action, record
from app.db import Database, new_id, now, table_of
from app.errors import NotFound, PayloadTooLarge
from app.files import deletions
from app.files.blobs.protocol import Blob, BlobStore, BlobWriter
from app.files.models import SORTED_CHARACTERS, CacheEntry, File
from app.files.sniff.sniff import extension_of
from app.files.sorting import NEWEST, FileSort
from app.paging import Page, PageRequest, count, cut
from app.projects.models import Project
from app.projects.scope import Scope
from app.text import ReadableSize

Stored = TypeVar("Stored", File, File | None)

# Built once, because they run for each file.
_INSERT = insert(table_of(File))
_PROJECTS = table_of(Project)
_OWN_QUOTA = select(_PROJECTS.c.max_bytes).where(
    _PROJECTS.c.id == bindparam("project_id", type_=Uuid())
)


@dataclass(frozen=True, slots=True)
class FileFilter:
    """Which files a listing shows; None means all."""

    file_ids: tuple[UUID, ...] | None = None
    file_name: str | None = None
    external_file_id: str | None = None


@dataclass(frozen=True, slots=True)
class NewFile:
    """What an upload declares, and the file type of its bytes."""

    name: str
    file_type: str | None
    external_file_id: str | None = None
    purpose: str | None = None


def create(session: Session, scope: Scope, new: NewFile, blob: Blob) -> File:
    """Record an uploaded file in the scope's project."""
    return _insert(session, scope.project_id, new_id(), new, blob, scope.principal.actor)


def create_by_link(
    session: Session, project_id: UUID, file_id: UUID, new: NewFile, blob: Blob
) -> File:
    """Record a file that was uploaded to a presigned link, which has its id."""
    return _insert(session, project_id, file_id, new, blob, LINK)


def _insert(
    session: Session, project_id: UUID, file_id: UUID, new: NewFile, blob: Blob, actor: str
) -> File:
    columns = {
        "id": file_id,
        "project_id": project_id,
        "name": new.name,
        "sort_name": new.name[:SORTED_CHARACTERS],
        "external_file_id": new.external_file_id,
        "purpose": new.purpose,
        "file_type": new.file_type,
        "size": blob.size,
        "sha256": blob.sha256,
        "blob_key": blob.key,
        "created_at": now(),
    }
    session.execute(_INSERT, columns)
    file = File(**columns)
    record(
        session,
        Action.FILE_UPLOADED,
        actor=actor,
        project_id=project_id,
        subject=file.id,
        details={"size": blob.size, "sha256": blob.sha256},
    )
    return file


def store_upload(
    database: Database,
    blobs: BlobStore,
    writer: BlobWriter,
    name: str,
    record_file: Callable[[Session, str | None, Blob], Stored],
    *,
    project_max_bytes: int,
) -> Stored:
    """Put the bytes of an upload in place and record their file; return what `record_file` does.

    `record_file` gets the session, the type of the bytes and the blob; it returns the new file,
    or None when it exists already. Then, and on any error, the bytes are deleted. Raises
    PayloadTooLarge when the project would keep too much, by default `project_max_bytes`.
    """
    try:
        with writer.reopen() as content:
            file_type = extension_of(content, name)
        blob = writer.commit()
    except BaseException:
        writer.discard()
        raise
    is_stored = False
    try:
        with database.write() as session:
            file = record_file(session, file_type, blob)
            if file is not None:
                _require_room(session, file, project_max_bytes)
        is_stored = file is not None
        return file
    finally:
        if not is_stored:
            blobs.delete(blob.key)


@dataclass(frozen=True, slots=True)
class Usage:
    """The files of a project and their bytes; a `max_bytes` of 0 means no limit."""

    files: int
    bytes: int
    max_bytes: int

    @property
    def room(self) -> int | None:
        """How many bytes the project may still store, None without a limit."""
        return max(0, self.max_bytes - self.bytes) if self.max_bytes else None


def measure_usage(session: Session, project_id: UUID, default: int) -> Usage:
    """Return what a project keeps; `default` is the quota in bytes of projects that have none."""
    own = session.scalar(_OWN_QUOTA, {"project_id": project_id})
    kept = select(func.count(), func.sum(File.size)).where(File.project_id == project_id)
    files, size = session.execute(kept).one()
    return Usage(files, int(size or 0), default if own is None else own)


def _require_room(session: Session, file: File, default: int) -> None:
    """Raise PayloadTooLarge when a file that was just added exceeds its project's quota.

    Called in the transaction that adds the file. Uploads to a project with a quota run one after
    the other; without a quota this is one query. `default` is the quota in bytes of projects that
    have none; 0 means no quota.
    """
    own = session.scalar(_OWN_QUOTA, {"project_id": file.project_id})
    limit = default if own is None else own
    if not limit:
        return
    # Blocks other uploads only, not inserts of rows that refer to the project.
    lock = select(Project.id).where(Project.id == file.project_id).with_for_update(key_share=True)
    session.execute(lock)
    total = select(func.sum(File.size)).where(File.project_id == file.project_id)
    used = int(session.scalar(total) or 0) - file.size
    if used + file.size > limit:
        raise PayloadTooLarge(
            f"The project stores {ReadableSize.of(used)} of at most {ReadableSize.of(limit)}, "
            f"without room for {ReadableSize.of(file.size)} more. Delete files that you do not "
            "need."
        )


def get_linked(session: Session, file_id: UUID) -> File:
    """Return a file of any project, for a presigned link; raises NotFound."""
    file = session.get(File, file_id)
    if file is None:
        raise not_found(file_id)
    return file


def get(session: Session, scope: Scope, file_id: UUID) -> File:
    """Return a file; raises NotFound."""
    file = session.scalars(
        select(File).where(File.id == file_id, scope.covers(File.project_id))
    ).one_or_none()
    if file is None:
        raise not_found(file_id)
    return file


def not_found(file_id: UUID) -> NotFound:
    """Return the error for a file that does not exist, or that a key must not know of."""
    return NotFound(f"File {file_id} does not exist.")


def find_names(session: Session, scope: Scope, file_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the names of files by id; raises NotFound, which names the ids that do not exist."""
    requested = set(file_ids)
    rows = session.execute(
        select(File.id, File.name).where(File.id.in_(requested), scope.covers(File.project_id))
    )
    found = {row.id: row.name for row in rows}
    if missing := [str(file_id) for file_id in dict.fromkeys(file_ids) if file_id not in found]:
        shown = ", ".join(missing[:20]) + (
            f" and {len(missing) - 20} more" if len(missing) > 20 else ""
        )
        # Clients may upload to one project and, by mistake, classify in another.
        place = f" in project {scope.project_id}" if scope.is_explicit else ""
        raise NotFound(
            f"File{'' if len(missing) == 1 else 's'} not found{place}: {shown}. Upload the file "
            f"first{' to this project' if place else ''} and use the id of the answer."
        )
    return found


def find_existing(session: Session, file_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of the ids, of any project, whose files have not been deleted."""
    return set(session.scalars(select(File.id).where(File.id.in_(set(file_ids)))))


def find_sizes(session: Session, file_ids: Sequence[UUID]) -> list[int]:
    """Return the size in bytes of each entry of `file_ids`; a file that is named twice has two."""
    rows = session.execute(select(File.id, File.size).where(File.id.in_(set(file_ids))))
    found = {row.id: row.size for row in rows}
    return [found.get(file_id, 0) for file_id in file_ids]


def find_page(
    session: Session,
    scope: Scope,
    file_filter: FileFilter,
    request: PageRequest,
    order: FileSort = NEWEST,
) -> Page[File]:
    """Return a page of the project's files in the given order."""
    query = select(File).where(File.project_id == scope.project_id)
    if file_filter.file_ids is not None:
        query = query.where(File.id.in_(file_filter.file_ids))
    if file_filter.file_name is not None:
        query = query.where(File.name == file_filter.file_name)
    if file_filter.external_file_id is not None:
        query = query.where(File.external_file_id == file_filter.external_file_id)
    total = count(session, query, request)
    rows = session.scalars(order.apply(query, request.after).limit(request.size + 1)).all()
    return cut(rows, request, total, order.key)


def remove(session: Session, scope: Scope, file_id: UUID) -> tuple[str, ...]:
    """Delete a file's row; return the keys of its blobs, for the caller to delete after the commit.

    The blobs are the file's bytes and its cache entries. They are enqueued too, so that the sweeper
    deletes those that the caller did not. Results of jobs stay; items that have not run yet fail
    with `file_deleted`. Raises NotFound.
    """
    get(session, scope, file_id)
    keys = discard(session, file_id, actor=scope.principal.actor)
    if not keys:  # another request has deleted it meanwhile
        raise not_found(file_id)
    return keys


def remove_all(session: Session, scope: Scope, file_ids: Sequence[UUID]) -> tuple[str, ...]:
    """Delete those of the files that the scope has, as `remove` does, and return their blobs."""
    found = session.scalars(
        select(File.id).where(File.id.in_(set(file_ids)), scope.covers(File.project_id))
    ).all()
    actor = scope.principal.actor
    return tuple(key for file_id in found for key in discard(session, file_id, actor=actor))


def discard(session: Session, file_id: UUID, *, actor: str) -> tuple[str, ...]:
    """Delete a file of any project as `remove` does; return nothing when it does not exist."""
    # The lock keeps workers from adding cache entries between the two deletions.
    if session.scalar(select(File.id).where(File.id == file_id).with_for_update()) is None:
        return ()
    cached = session.scalars(
        delete(CacheEntry).where(CacheEntry.file_id == file_id).returning(CacheEntry.blob_key)
    ).all()
    file = session.execute(
        delete(File)
        .where(File.id == file_id)
        .returning(File.project_id, File.blob_key, File.sha256)
    ).one()
    keys = (file.blob_key, *cached)
    deletions.enqueue(session, file.project_id, keys)
    record(
        session,
        Action.FILE_DELETED,
        actor=actor,
        project_id=file.project_id,
        subject=file_id,
        details={"sha256": file.sha256},
    )
    return keys
