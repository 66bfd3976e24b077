"""Files whose bytes come later, by a presigned link."""

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

# Bytes may begin to arrive in the last second of a link.
GRACE = timedelta(hours=1)
USED = "This link has been used already, for other bytes: ask the API for a new one."
GONE = "This link is not valid, or has expired: ask the API for a new one."


@dataclass(frozen=True, slots=True)
class NewUpload:
    """What a client says about a file before it sends its bytes; `size` is in bytes."""

    name: str
    external_file_id: str | None = None
    size: int | None = None


def create(session: Session, scope: Scope, new: NewUpload, expires_at: datetime) -> UUID:
    """Record that bytes may come, and return the id that their file will have."""
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
    """Return what was said about a file, whether its bytes have come or not; raises NotFound."""
    pending = session.get(PendingUpload, file_id)
    if pending is not None:
        return NewUpload(pending.name, pending.external_file_id, pending.size)
    file = session.get(File, file_id)
    if file is None:
        raise NotFound(GONE)
    return NewUpload(file.name, file.external_file_id, file.size)


def complete(session: Session, file_id: UUID, file_type: str | None, blob: Blob) -> File | None:
    """Make a file of bytes that came; None when they had come before.

    Of two that bring bytes at once, one makes the file. Raises Conflict when the link was used
    for other bytes, NotFound when the file was deleted or the link is too old.
    """
    pending = session.execute(
        delete(PendingUpload)
        .where(PendingUpload.id == file_id)
        .returning(PendingUpload.project_id, PendingUpload.name, PendingUpload.external_file_id)
    ).one_or_none()
    if pending is not None:
        new = NewFile(pending.name, file_type, pending.external_file_id)
        return service.add(session, pending.project_id, new, blob, file_id)
    known = session.scalar(select(File.sha256).where(File.id == file_id))
    if known is None:
        raise NotFound(GONE)
    if known != blob.sha256:
        raise Conflict(USED)
    return None


def delete_expired(database: Database, limit: int) -> int:
    """Delete promises whose links have expired, up to `limit` of them; return how many."""
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
