"""How many bytes of files a project may keep."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import PayloadTooLarge
from app.files.models import File
from app.projects.models import Project


def require_room(session: Session, project_id: UUID, size: int, default: int) -> None:
    """Raise PayloadTooLarge when `size` more bytes are more than the project may keep.

    To be called before a file is added, in the same transaction: without a limit it is one look
    at the project. Uploads to a project with a limit come one after the other. `default` is the
    limit of projects without one of their own; 0 is none.
    """
    own = session.scalar(select(Project.max_bytes).where(Project.id == project_id))
    limit = default if own is None else own
    if not limit:
        return
    session.execute(
        select(Project.id).where(Project.id == project_id).with_for_update(key_share=True)
    )
    used = session.scalar(select(func.sum(File.size)).where(File.project_id == project_id)) or 0
    if used + size > limit:
        raise PayloadTooLarge(
            f"The project keeps {used} of at most {limit} bytes: there is no room for {size} more. "
            "Delete files that are not needed any more."
        )
