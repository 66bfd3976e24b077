"""Labels: give, find and delete."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.log import Action, record
from app.db import Database, now
from app.errors import NotFound
from app.files.models import File
from app.jobs.models import Item, Job
from app.labels.models import Label
from app.projects.scope import Scope


@dataclass(frozen=True, slots=True)
class _Target:
    """The item that a label is given on."""

    project_id: UUID
    job_id: UUID
    item_id: UUID
    file_id: UUID


def put(database: Database, scope: Scope, job_id: UUID, item_id: UUID, type_: str | None) -> Label:
    """Label the file of a job's item, in place of its earlier label. Raises NotFound.

    Works for jobs of both versions of the API, whether or not the item has ended. The same type
    once more changes nothing.
    """
    try:
        return _put(database, scope, job_id, item_id, type_)
    except IntegrityError:
        # A concurrent request has labelled or deleted the file.
        return _put(database, scope, job_id, item_id, type_)


def remove(session: Session, scope: Scope, job_id: UUID, item_id: UUID) -> None:
    """Delete the label of an item's file; raises NotFound."""
    target = _find_target(session, scope, job_id, item_id)
    label_id = session.scalar(delete(Label).where(*_is_of(target)).returning(Label.id))
    if label_id is None:
        raise NotFound(f"The file of result {item_id} has no label.")
    _record(session, scope, Action.LABEL_DELETED, target, label_id)


def find_of_job(session: Session, job_id: UUID) -> dict[UUID, Label]:
    """Return the labels of the files of any job by the files' ids."""
    rows = session.scalars(
        select(Label)
        .join(Item, Item.file_id == Label.file_id)
        .join(Job, and_(Job.id == Item.job_id, Job.project_id == Label.project_id))
        .where(Job.id == job_id)
    )
    return {label.file_id: label for label in rows}


def discard_of_project(session: Session, project_id: UUID) -> int:
    """Delete all labels of a project; return how many."""
    ids = session.scalars(
        delete(Label).where(Label.project_id == project_id).returning(Label.id)
    ).all()
    return len(ids)


def _put(database: Database, scope: Scope, job_id: UUID, item_id: UUID, type_: str | None) -> Label:
    with database.write() as session:
        target = _find_target(session, scope, job_id, item_id)
        if session.scalar(select(File.id).where(File.id == target.file_id)) is None:
            raise NotFound(
                f"File {target.file_id} was deleted, and its label with it: there is nothing to "
                "label."
            )
        label = session.scalars(select(Label).where(*_is_of(target))).one_or_none()
        if label is None:
            moment = now()
            label = Label(
                project_id=target.project_id,
                file_id=target.file_id,
                created_at=moment,
                updated_at=moment,
            )
            session.add(label)
        elif label.type == type_:
            return label
        else:
            label.updated_at = now()
        label.type = type_
        label.job_id, label.item_id = job_id, item_id
        label.author = scope.principal.actor
        session.flush()
        _record(session, scope, Action.LABEL_SET, target, label.id)
        return label


def _find_target(session: Session, scope: Scope, job_id: UUID, item_id: UUID) -> _Target:
    row = session.execute(
        select(Job.project_id, Item.file_id)
        .join(Item, Item.job_id == Job.id)
        .where(Job.id == job_id, Item.id == item_id, scope.covers(Job.project_id))
    ).one_or_none()
    if row is None:
        raise NotFound(f"Classify job {job_id} with a result {item_id} does not exist.")
    return _Target(row.project_id, job_id, item_id, row.file_id)


def _is_of(target: _Target) -> tuple[ColumnElement[bool], ...]:
    return Label.project_id == target.project_id, Label.file_id == target.file_id


def _record(
    session: Session, scope: Scope, action: Action, target: _Target, label_id: UUID
) -> None:
    record(
        session,
        action,
        actor=scope.principal.actor,
        project_id=target.project_id,
        subject=label_id,
        details={"job_id": str(target.job_id), "file_id": str(target.file_id)},
    )
