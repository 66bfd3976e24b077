"""What waits and runs in one project."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import now
from app.jobs.models import Item, ItemStatus, Job, JobStatus
from app.paging import count_up_to

MAX_COUNT = 100_000


@dataclass(frozen=True, slots=True)
class ProjectQueue:
    """The open jobs of a project, at most MAX_COUNT each, and the age of the oldest in seconds."""

    open_jobs: int
    queued_files: int
    running_files: int
    oldest_seconds: float


def measure_queue(session: Session, project_id: UUID) -> ProjectQueue:
    """Return the state of a project's queue."""
    is_open = (Job.project_id == project_id, Job.status == JobStatus.PENDING)
    jobs = select(Job.id).where(*is_open)
    items = select(Item.id).join(Job, Job.id == Item.job_id).where(*is_open)
    oldest = session.scalar(select(func.min(Job.created_at)).where(*is_open))
    return ProjectQueue(
        open_jobs=count_up_to(session, jobs, MAX_COUNT),
        queued_files=count_up_to(session, items.where(Item.status == ItemStatus.QUEUED), MAX_COUNT),
        running_files=count_up_to(
            session, items.where(Item.status == ItemStatus.RUNNING), MAX_COUNT
        ),
        oldest_seconds=0.0 if oldest is None else max(0.0, (now() - oldest).total_seconds()),
    )
