"""Give and delete single labels. Each change asks for fits of the project's models."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.log import Action, record
from app.db import Database, now
from app.errors import NotFound
from app.files.models import File
from app.jobs.models import Item, Job
from app.labels.models import Label
from app.labels.room import require_room
from app.learning.service import request_fit
from app.projects.scope import Scope


@dataclass(frozen=True, slots=True)
class _Target:
    """The file of an item that a label is given on, and the project of its job."""

    project_id: UUID
    file_id: UUID


def put(database: Database, scope: Scope, job_id: UUID, item_id: UUID, type_: str | None) -> Label:
    """Label the file of a job's item, in place of its earlier label.

    Works for jobs of both versions of the API, whether or not the item has ended. The same type
    once more changes nothing. Raises NotFound, and Conflict when the project has no room.
    """
    try:
        return _put(database, scope, job_id, item_id, type_)
    except IntegrityError:
        # A concurrent request has labelled or deleted the file.
        return _put(database, scope, job_id, item_id, type_)


def remove(session: Session, scope: Scope, job_id: UUID, item_id: UUID) -> None:
    """Delete the label of an item's file; raises NotFound."""
    target = _find_target(session, scope, job_id, item_id)
    if not _remove(session, scope, target.project_id, target.file_id, {"job_id": str(job_id)}):
        raise NotFound(f"The file of result {item_id} has no label.")


def remove_of_file(session: Session, scope: Scope, file_id: UUID) -> None:
    """Delete the label that the project gave to a file; raises NotFound."""
    if not _remove(session, scope, scope.project_id, file_id, {}):
        raise NotFound(f"File {file_id} has no label in this project.")


def _put(database: Database, scope: Scope, job_id: UUID, item_id: UUID, type_: str | None) -> Label:
    with database.write() as session:
        target = _find_target(session, scope, job_id, item_id)
        if session.scalar(select(File.id).where(File.id == target.file_id)) is None:
            raise NotFound(
                f"File {target.file_id} was deleted, and its label with it: there is nothing to "
                "label."
            )
        query = select(Label).where(*_is_of(target.project_id, target.file_id))
        label = session.scalars(query).one_or_none()
        if label is not None and label.type == type_:
            return label
        moment = now()
        if label is None:
            require_room(session, target.project_id, 1)
            label = Label(project_id=target.project_id, file_id=target.file_id, created_at=moment)
            session.add(label)
        label.type, label.updated_at = type_, moment
        label.job_id, label.item_id = job_id, item_id
        label.author = scope.principal.actor
        session.flush()
        record(
            session,
            Action.LABEL_SET,
            actor=scope.principal.actor,
            project_id=target.project_id,
            subject=label.id,
            details={"job_id": str(job_id), "file_id": str(target.file_id)},
        )
        request_fit(session, target.project_id)
        return label


def _remove(
    session: Session, scope: Scope, project_id: UUID, file_id: UUID, details: Mapping[str, str]
) -> bool:
    """Delete a label; return False if there is none."""
    label_id = session.scalar(delete(Label).where(*_is_of(project_id, file_id)).returning(Label.id))
    if label_id is None:
        return False
    record(
        session,
        Action.LABEL_DELETED,
        actor=scope.principal.actor,
        project_id=project_id,
        subject=label_id,
        details={**details, "file_id": str(file_id)},
    )
    request_fit(session, project_id)
    return True


def _find_target(session: Session, scope: Scope, job_id: UUID, item_id: UUID) -> _Target:
    row = session.execute(
        select(Job.project_id, Item.file_id)
        .join(Item, Item.job_id == Job.id)
        .where(Job.id == job_id, Item.id == item_id, scope.covers(Job.project_id))
    ).one_or_none()
    if row is None:
        raise NotFound(f"Classify job {job_id} with a result {item_id} does not exist.")
    return _Target(row.project_id, row.file_id)


def _is_of(project_id: UUID, file_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return Label.project_id == project_id, Label.file_id == file_id
