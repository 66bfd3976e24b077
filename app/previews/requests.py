"""The queue of previews: ask, claim, finish, release.

It works as the queue of items does, in small; see `app.leases`.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import Database, announce
from app.errors import TooManyRequests
from app.files.models import File
from app.jobs.service import ITEMS
from app.leases import leased_rows
from app.paging import count_up_to
from app.previews.models import PreviewRequest

# Longer than the renderer may take for a page.
LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 3
# A project may have so many open requests: a page takes a worker up to some seconds.
MAX_OPEN = 100
RETRY_SECONDS = 1


@dataclass(frozen=True, slots=True)
class PreviewClaim:
    """A leased request. `is_last` tells that earlier attempts ended without an answer."""

    request_id: UUID
    token: UUID
    project_id: UUID
    file_id: UUID
    file_name: str
    blob_key: str
    page: int
    width: int
    is_last: bool


def ask(database: Database, file: File, page: int, width: int) -> None:
    """Have a worker make the preview of a page, unless it was asked for already.

    Raises TooManyRequests when the file's project waits for too many.
    """
    is_same = (
        PreviewRequest.file_id == file.id,
        PreviewRequest.page == page,
        PreviewRequest.width == width,
    )
    with database.read() as session:
        if session.scalar(select(PreviewRequest.id).where(*is_same)) is not None:
            return
        is_ours = PreviewRequest.project_id == file.project_id
        waiting = session.scalar(select(func.count()).where(is_ours)) or 0
    if waiting >= MAX_OPEN:
        raise TooManyRequests(
            f"{waiting} pages of this project wait to be drawn. Try again when some are done.",
            RETRY_SECONDS,
        )
    try:
        with database.write() as session:
            session.add(
                PreviewRequest(project_id=file.project_id, file_id=file.id, page=page, width=width)
            )
            session.flush()
            announce(session, ITEMS)
    except IntegrityError:
        return  # another request has asked for it, or deleted the file


def claim_next(database: Database, worker: str) -> PreviewClaim | None:
    """Lease the oldest free request; None if there is none."""
    free = _free().order_by(PreviewRequest.id)
    if not leased_rows.is_any(database, free):
        return None
    with database.write() as session:
        leased = leased_rows.lease_first(session, PreviewRequest, free, worker, LEASE)
        if leased is None:
            return None
        row, token = leased
        file = session.get_one(File, row.file_id)
        return PreviewClaim(
            request_id=row.id,
            token=token,
            project_id=row.project_id,
            file_id=row.file_id,
            file_name=file.name,
            blob_key=file.blob_key,
            page=row.page,
            width=row.width,
            is_last=row.attempt > MAX_ATTEMPTS,
        )


def finish(database: Database, claim: PreviewClaim) -> None:
    """Delete a request whose preview is in the cache; has no effect without the lease."""
    with database.write() as session:
        session.execute(delete(PreviewRequest).where(*_is_held(claim)))


def release(database: Database, claim: PreviewClaim) -> None:
    """Put a request back into the queue; the attempt does not count."""
    leased_rows.release(database, PreviewRequest, _is_held(claim))


def release_worker(database: Database, worker: str) -> None:
    """Free the requests of a worker that has ended, before their leases expire."""
    leased_rows.release_worker(database, PreviewRequest, worker)


def count_open(session: Session, cap: int) -> int:
    """Return how many requests are free, at most `cap`."""
    return count_up_to(session, _free(), cap)


def _free() -> Select[UUID]:
    return select(PreviewRequest.id).where(leased_rows.is_free(PreviewRequest))


def _is_held(claim: PreviewClaim) -> tuple[ColumnElement[bool], ...]:
    return PreviewRequest.id == claim.request_id, PreviewRequest.lease_token == claim.token
