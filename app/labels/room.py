"""How many labels a project may have; requests that add some follow each other."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.labels.models import Label
from app.labels.table import MAX_ROWS
from app.projects.models import Project

# A fit of so many takes half a minute. A table of all of them can be imported.
MAX_LABELS = MAX_ROWS


def require_room(session: Session, project_id: UUID, more: int) -> None:
    """Raise Conflict if a project would have more than MAX_LABELS."""
    lock_labels(session, project_id)
    query = select(func.count()).select_from(Label).where(Label.project_id == project_id)
    if (count := session.scalar(query) or 0) + more > MAX_LABELS:
        raise Conflict(
            f"The project has {count} of at most {MAX_LABELS} labels, without room for {more} "
            "more. Delete labels that you do not need."
        )


def lock_labels(session: Session, project_id: UUID) -> None:
    """Let requests that label files of a project follow each other; SQLite does it anyway."""
    query = select(Project.id).where(Project.id == project_id).with_for_update(key_share=True)
    session.execute(query)
