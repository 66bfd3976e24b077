"""Files: store, find, list, delete."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.audit.log import LINK, Action, record
from app.db import new_id, now
from app.errors import NotFound
from app.files import deletions
from app.files.blobs.protocol import Blob
from app.files.models import SORTED_CHARACTERS, CacheEntry, File
from app.files.sorting import NEWEST, FileSort
from app.paging import Page, PageRequest, count, cut
from app.projects.scope import Scope


@dataclass(frozen=True, slots=True)
class FileFilter:
    """Which files a listing shows; None means any."""

    file_ids: tuple[UUID, ...] | None = None
    file_name: str | None = None
    external_file_id: str | None = None


@dataclass(frozen=True, slots=True)
class NewFile:
    """What an upload says about itself, and the type that its bytes have."""

    name: str
    file_type: str | None
    external_file_id: str | None = None
    purpose: str | None = None


def create(session: Session, scope: Scope, new: NewFile, blob: Blob) -> File:
    """Record an uploaded file in the scope's project."""
    return add(session, scope.project_id, new, blob, actor=scope.principal.actor)


def add(
    session: Session,
    project_id: UUID,
    new: NewFile,
    blob: Blob,
    file_id: UUID | None = None,
    *,
    actor: str = LINK,
) -> File:
    """Record an uploaded file, under an id that was promised before where one was."""
    file = File(
        id=file_id or new_id(),
        project_id=project_id,
        name=new.name,
        sort_name=new.name[:SORTED_CHARACTERS],
        external_file_id=new.external_file_id,
        purpose=new.purpose,
        file_type=new.file_type,
        size=blob.size,
        sha256=blob.sha256,
        blob_key=blob.key,
        created_at=now(),
    )
    session.add(file)
    session.flush()
    record(
        session,
        Action.FILE_UPLOADED,
        actor=actor,
        project_id=project_id,
        subject=file.id,
        details={"size": blob.size, "sha256": blob.sha256},
    )
    return file


def get(session: Session, scope: Scope, file_id: UUID) -> File:
    """Return a file; raises NotFound."""
    file = session.scalars(
        select(File).where(File.id == file_id, scope.covers(File.project_id))
    ).one_or_none()
    if file is None:
        raise NotFound(f"File {file_id} does not exist.")
    return file


def names(session: Session, scope: Scope, file_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the names of files by id; raises NotFound naming every id that does not exist."""
    wanted = set(file_ids)
    rows = session.execute(
        select(File.id, File.name).where(File.id.in_(wanted), scope.covers(File.project_id))
    )
    found = {row.id: row.name for row in rows}
    if missing := [str(file_id) for file_id in dict.fromkeys(file_ids) if file_id not in found]:
        shown = ", ".join(missing[:20]) + (
            f" and {len(missing) - 20} more" if len(missing) > 20 else ""
        )
        raise NotFound(
            f"File{'' if len(missing) == 1 else 's'} not found: {shown}. Upload first, then use "
            "the id of the answer."
        )
    return found


def find_page(
    session: Session,
    scope: Scope,
    wanted: FileFilter,
    request: PageRequest,
    order: FileSort = NEWEST,
) -> Page[File]:
    """Return a page of the project's files, the newest first unless `order` says otherwise."""
    query = select(File).where(File.project_id == scope.project_id)
    if wanted.file_ids is not None:
        query = query.where(File.id.in_(wanted.file_ids))
    if wanted.file_name is not None:
        query = query.where(File.name == wanted.file_name)
    if wanted.external_file_id is not None:
        query = query.where(File.external_file_id == wanted.external_file_id)
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
        raise NotFound(f"File {file_id} does not exist.")
    return keys


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
