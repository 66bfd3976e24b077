"""Labels: find, list, export. `app.labels.labelling` gives and deletes them."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, and_, delete, func, select
from sqlalchemy.orm import Session

from app.db import Database
from app.files.models import File
from app.jobs.models import Item, Job
from app.labels.models import Label
from app.labels.reach import find_judged, says_about
from app.labels.table import ExportedLabel
from app.paging import Page, PageRequest, find_newest_rows
from app.projects.scope import Scope

# Rows of one query of an export.
BATCH = 1000
MAX_CONFLICTS = 20


@dataclass(frozen=True, slots=True)
class FileLabel:
    """A label, and the name and external id of its file."""

    label: Label
    name: str
    external_id: str | None


def find_of_job(session: Session, job_id: UUID) -> dict[UUID, Label]:
    """Return the labels of the files of any job by the files' ids."""
    rows = session.scalars(
        select(Label)
        .join(Item, Item.file_id == Label.file_id)
        .join(Job, and_(Job.id == Item.job_id, Job.project_id == Label.project_id))
        .where(Job.id == job_id)
    )
    return {label.file_id: label for label in rows}


def find_about_job(session: Session, job: Job) -> dict[UUID, Label]:
    """Return those labels of a job's files that say something about its rules, by file id."""
    labels = find_of_job(session, job.id)
    given_in = {label.job_id for label in labels.values()} - {job.id}
    judged = find_judged(session, job.project_id, given_in)
    types = {rule["type"] for rule in job.rules}
    return {
        file_id: label
        for file_id, label in labels.items()
        if says_about(label.type, judged.get(label.job_id), types)
    }


def find_of_files(
    session: Session, project_id: UUID, file_ids: Collection[UUID]
) -> dict[UUID, Label]:
    """Return the labels that a project gave to files, by the files' ids."""
    rows = session.scalars(
        select(Label).where(Label.project_id == project_id, Label.file_id.in_(file_ids))
    )
    return {label.file_id: label for label in rows}


def find_page(session: Session, scope: Scope, request: PageRequest) -> Page[FileLabel]:
    """Return a page of the project's labels, the newest first."""
    query = _labelled_files(scope.project_id)
    page = find_newest_rows(session, query, Label.created_at, Label.id, request)
    return page.map(lambda row: FileLabel(row.Label, row.name, row.external_file_id))


def read_all(database: Database, project_id: UUID) -> Iterator[ExportedLabel]:
    """Yield a project's labels, the oldest first, in several transactions."""
    after: UUID | None = None
    while True:
        query = _labelled_files(project_id).order_by(Label.id).limit(BATCH)
        if after is not None:
            query = query.where(Label.id > after)
        with database.read() as session:
            rows = [FileLabel(*row) for row in session.execute(query)]
        for row in rows:
            label = row.label
            yield ExportedLabel(
                file_id=label.file_id,
                external_id=row.external_id,
                type=label.type,
                name=row.name,
                author=label.author,
                updated_at=label.updated_at.isoformat(),
            )
        if len(rows) < BATCH:
            return
        after = rows[-1].label.id


def count_by_type(session: Session, project_id: UUID) -> dict[str | None, int]:
    """Return how many labels of each type a project has; None is "no rule fits"."""
    rows = session.execute(
        select(Label.type, func.count()).where(Label.project_id == project_id).group_by(Label.type)
    )
    return {row[0]: row[1] for row in rows}


def find_conflicts(
    session: Session, project_id: UUID, copies: Sequence[Sequence[UUID]] | None
) -> list[list[FileLabel]]:
    """Return copies of documents with different labels, MAX_CONFLICTS groups at most.

    `copies` are files known to be copies of each other; without them, those with the same bytes.
    """
    if copies is None:
        twins = (
            select(File.sha256)
            .join(Label, Label.file_id == File.id)
            .where(Label.project_id == project_id)
            .group_by(File.sha256)
            # Two forms of an empty type: a distinct count ignores null.
            .having(func.count(func.distinct(func.coalesce(Label.type, ""))) > 1)
            .order_by(File.sha256)
            .limit(MAX_CONFLICTS)
        )
        condition = File.sha256.in_(session.scalars(twins).all())
    else:
        groups = {file_id: number for number, group in enumerate(copies) for file_id in group}
        condition = File.id.in_(groups)
    found: dict[object, list[FileLabel]] = defaultdict(list)
    query = _labelled_files(project_id).add_columns(File.sha256).where(condition)
    for label, name, external_id, digest in session.execute(query.order_by(Label.id)):
        key = digest if copies is None else groups[label.file_id]
        found[key].append(FileLabel(label, name, external_id))
    # Labels may have changed since copies were looked for.
    conflicts = [group for group in found.values() if len({each.label.type for each in group}) > 1]
    return conflicts[:MAX_CONFLICTS]


def discard_of_project(session: Session, project_id: UUID) -> int:
    """Delete all labels of a project; return how many."""
    ids = session.scalars(
        delete(Label).where(Label.project_id == project_id).returning(Label.id)
    ).all()
    return len(ids)


def _labelled_files(project_id: UUID) -> Select[Label, str, str | None]:
    return (
        select(Label, File.name, File.external_file_id)
        .join(File, File.id == Label.file_id)
        .where(Label.project_id == project_id)
    )
