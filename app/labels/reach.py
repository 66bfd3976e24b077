"""Which rules a label says something about."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.jobs.models import Job

# The rules of a job take up to a hundred kilobytes.
_BATCH = 100

Types = frozenset[str]


def says_about(label: str | None, judged: Types | None, types: Collection[str]) -> bool:
    """Tell whether a label says something about rules of these types.

    A label that is none of them, or None, says that no rule fits. That was said of the rules of a
    job, whose types are `judged`: another type, of a later rule or by a new name, may well fit.
    Where nobody knows these rules any more, `judged` is None, and the label is about all.
    """
    return label in types or judged is None or judged.issuperset(types)


def find_judged(
    session: Session, project_id: UUID, job_ids: Iterable[UUID | None]
) -> dict[UUID | None, Types]:
    """Return the types of the rules of those jobs of a project that there are."""
    wanted = {job_id for job_id in job_ids if job_id is not None}
    if not wanted:
        return {}
    query = select(Job.id, Job.rules).where(Job.id.in_(wanted), Job.project_id == project_id)
    # Most jobs have the same types.
    same: dict[Types, Types] = {}
    found: dict[UUID | None, Types] = {}
    for row in session.execute(query.execution_options(yield_per=_BATCH)):
        types = frozenset(rule["type"] for rule in row.rules)
        found[row.id] = same.setdefault(types, types)
    return found
