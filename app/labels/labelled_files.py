"""The labelled files of a project, as fits and the sweeper need them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import Database
from app.files.models import File
from app.labels.models import Label
from app.learning.models import LearnedModel
from app.learning.service import request_fit


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """A file and the type that a person gave it, None if no rule fits.

    `owner_id` is the project of the file: an organization-wide key may label files of another.
    """

    file_id: UUID
    owner_id: UUID
    name: str
    blob_key: str
    type: str | None


def find_of_project(session: Session, project_id: UUID) -> Sequence[LabelledFile]:
    """Return the labelled files of a project, by id."""
    rows = session.execute(
        select(Label.file_id, Label.type, File.project_id, File.name, File.blob_key)
        .join(File, File.id == Label.file_id)
        .where(Label.project_id == project_id)
        .order_by(Label.file_id)
    )
    return [
        LabelledFile(row.file_id, row.project_id, row.name, row.blob_key, row.type) for row in rows
    ]


def request_fits_of_deleted(database: Database) -> int:
    """Ask for fits where labels went with their files; return for how many projects.

    Every other change of a label asks by itself.
    """
    labels = (
        select(func.count())
        .select_from(Label)
        .where(Label.project_id == LearnedModel.project_id)
        .scalar_subquery()
    )
    is_fitted = LearnedModel.fitted_at >= LearnedModel.requested_at
    query = (
        select(LearnedModel.project_id)
        .where(is_fitted, LearnedModel.label_count != labels)
        .distinct()
    )
    with database.read() as session:
        projects = session.scalars(query).all()
    for project_id in projects:
        with database.write() as session:
            request_fit(session, project_id)
    return len(projects)
