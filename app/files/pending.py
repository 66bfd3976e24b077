"""Pending uploads: files whose bytes are sent later, to a presigned link."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db import Database, new_id, now
from app.errors import Conflict, NotFound
from app.files import service
from app.files.blobs.protocol import Blob
from app.files.models import File, PendingUpload
from app.files.service import NewFile
from app.projects.scope import Scope

# An upload may begin in the last second of its link.
GRACE = timedelta(hours=1)
USED = "This link was used for other bytes. Request a new one from the API."
EXPIRED = "This link is invalid or has expired. Request a new one from the API."


@dataclass(frozen=True, slots=True)
class NewUpload:
    """What a client declares about a file before it sends the bytes; `size` is in bytes.

    `project_id` is None before it is stored, and once the file is there.
    """

    name: str
    external_file_id: str | None = None
    size: int | None = None
    project_id: UUID | None = None


def create(session: Session, scope: Scope, new: NewUpload, expires_at: datetime) -> UUID:
    """Record a pending upload; return its id, which becomes that of the file."""
    file_id = new_id()
    session.add(
        PendingUpload(
            id=file_id,
            project_id=scope.project_id,
            name=new.name,
            external_file_id=new.external_file_id,
            size=new.size,
            expires_at=expires_at,
        )
    )
    return file_id


def find(session: Session, file_id: UUID) -> NewUpload:
    """Return what was declared about a file, uploaded or not; raises NotFound."""
    pending = session.get(PendingUpload, file_id)
    if pending is not None:
        return NewUpload(pending.name, pending.external_file_id, pending.size, pending.project_id)
    file = session.get(File, file_id)
    if file is None:
        raise NotFound(EXPIRED)
    return NewUpload(file.name, file.external_file_id, file.size)


def complete(session: Session, file_id: UUID, file_type: str | None, blob: Blob) -> File | None:
    """Record and return the file of a pending upload; None if the same bytes are recorded already.

    Of two concurrent uploads, one records the file. Raises Conflict when the link was used for
    other bytes, NotFound when the file was deleted or the link has expired.
    """
    pending = session.execute(
        delete(PendingUpload)
        .where(PendingUpload.id == file_id)
        .returning(PendingUpload.project_id, PendingUpload.name, PendingUpload.external_file_id)
    ).one_or_none()
    if pending is not None:
        new = NewFile(pending.name, file_type, pending.external_file_id)
        return service.create_by_link(session, pending.project_id, file_id, new, blob)
    known = session.scalar(select(File.sha256).where(File.id == file_id))
    if known is None:
        raise NotFound(EXPIRED)
    if known != blob.sha256:
        raise Conflict(USED)
    return None


def delete_expired(database: Database, limit: int) -> int:
    """Delete up to `limit` pending uploads whose links have expired; return how many."""
    with database.read() as session:
        old = session.scalars(
            select(PendingUpload.id)
            .where(PendingUpload.expires_at < now() - GRACE)
            .order_by(PendingUpload.expires_at)
            .limit(limit)
        ).all()
    if old:
        with database.write() as session:
            session.execute(delete(PendingUpload).where(PendingUpload.id.in_(old)))
    return len(old)
