"""How many bytes of files a project may keep."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import PayloadTooLarge
from app.files.models import File
from app.projects.models import Project


def require_room(session: Session, file: File, default: int) -> None:
    """Raise PayloadTooLarge when a file that was just added is more than its project may keep.

    To be called in the transaction that adds it: without a limit it is one look at the project.
    Uploads to a project with a limit come one after the other. `default` is the limit, in bytes,
    of projects without one of their own; 0 is none.
    """
    own = session.scalar(select(Project.max_bytes).where(Project.id == file.project_id))
    limit = default if own is None else own
    if not limit:
        return
    # Not against what adds rows that refer to the project: only against each other.
    lock = select(Project.id).where(Project.id == file.project_id).with_for_update(key_share=True)
    session.execute(lock)
    total = select(func.sum(File.size)).where(File.project_id == file.project_id)
    used = int(session.scalar(total) or 0) - file.size
    if used + file.size > limit:
        raise PayloadTooLarge(
            f"The project keeps {used} of at most {limit} bytes: there is no room for {file.size} "
            "more. Delete files that are not needed any more."
        )
