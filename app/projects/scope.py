"""The caller of a request and the projects within its reach."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.audit.log import key_actor
from app.db import Database, now
from app.errors import NotFound
from app.projects.models import Project
from app.projects.service import adopt_project, select_project_ids


@dataclass(frozen=True, slots=True)
class Principal:
    """The API key of a request. An organization-wide key reaches all projects of its organization.

    `may_adopt` allows `resolve_scope` to create a project that does not exist. The limits are
    those of the key's project; None stands for the server's setting.
    """

    key_id: UUID
    organization_id: UUID
    project_id: UUID
    organization_wide: bool
    may_adopt: bool
    expires_at: datetime | None
    is_admin: bool = False
    requests_per_minute: int | None = None
    uploads_per_minute: int | None = None

    @property
    def actor(self) -> str:
        """The name of the key in the audit log."""
        return key_actor(self.key_id)

    @property
    def user_id(self) -> str:
        """The id of the user on the wire: the key's id."""
        return str(self.key_id)

    @property
    def is_expired(self) -> bool:
        """Whether the key has expired."""
        return self.expires_at is not None and self.expires_at <= now()


@dataclass(frozen=True, slots=True)
class Scope:
    """The reach of one request: new rows get `project_id`, look-ups by id stay in `reach`.

    `is_explicit` tells whether the request named the project.
    """

    principal: Principal
    project_id: UUID
    is_explicit: bool

    def covers(self, column: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
        """Return the condition that the project id in `column` is within reach.

        Clients create in one project and poll without naming it, so an id alone must be
        found in every project of an organization-wide key.
        """
        return reach(column, self.reach, narrow=self.is_narrow)

    @property
    def is_narrow(self) -> bool:
        """Whether the reach is one project."""
        return self.is_explicit or not self.principal.organization_wide

    @property
    def reach(self) -> UUID:
        """The id of the one project in reach, or of the organization with all its projects."""
        return self.project_id if self.is_narrow else self.principal.organization_id


def reach(
    column: InstrumentedAttribute[UUID], value: UUID | BindParameter[UUID], *, narrow: bool
) -> ColumnElement[bool]:
    """Return the condition of `Scope.covers` for a reach that may be bound later.

    For queries that are built once: for polling clients, building a query costs more than
    running it.
    """
    if narrow:
        return column == value
    return column.in_(select_project_ids(value))


def resolve_scope(
    database: Database, principal: Principal, project_id: UUID | None, *, adopt: bool
) -> Scope:
    """Return the scope of a request that names `project_id` or no project.

    With `adopt` (the embedded server), a project id that does not exist is created for the
    first key, so that code with the project id of another server works unchanged. Otherwise a
    project out of reach raises NotFound.
    """
    if project_id is None or project_id == principal.project_id:
        return Scope(principal, principal.project_id, is_explicit=project_id is not None)
    with database.read() as session:
        owner = session.scalar(select(Project.organization_id).where(Project.id == project_id))
    if owner is None and adopt and principal.may_adopt:
        with database.write() as session:
            adopt_project(session, project_id, principal.organization_id, actor=principal.actor)
    elif owner != principal.organization_id or not principal.organization_wide:
        raise _out_of_reach(project_id)
    return Scope(principal, project_id, is_explicit=True)


def find_projects(session: Session, principal: Principal, name: str | None) -> Sequence[Project]:
    """Return the projects that a key may use, oldest first; with `name`, only those."""
    query = _projects(principal)
    if name is not None:
        query = query.where(Project.name == name)
    return session.scalars(query.order_by(Project.created_at)).all()


def get_project(session: Session, principal: Principal, project_id: UUID) -> Project:
    """Return a project that a key may use; raises NotFound."""
    query = _projects(principal).where(Project.id == project_id)
    project = session.scalars(query).one_or_none()
    if project is None:
        raise _out_of_reach(project_id)
    return project


def _projects(principal: Principal) -> Select[Project]:
    if principal.organization_wide:
        return select(Project).where(Project.organization_id == principal.organization_id)
    return select(Project).where(Project.id == principal.project_id)


def _out_of_reach(project_id: UUID) -> NotFound:
    return NotFound(
        f"Project {project_id} does not exist, or this API key has no access to it. Use a "
        "project of this key, or leave the project out."
    )
