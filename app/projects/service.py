"""Organizations and projects: create, find, limit."""

from uuid import UUID

from sqlalchemy import BindParameter, Select, func, select, update
from sqlalchemy.orm import Session

from app.audit.log import Action, record
from app.db import new_id
from app.errors import NotFound
from app.projects.models import Organization, Project

# The columns of Project that `set_limits` sets.
LIMITS = ("requests_per_minute", "uploads_per_minute", "max_bytes", "retention_days")


def create_organization(
    session: Session,
    name: str,
    *,
    actor: str,
    organization_id: UUID | None = None,
    project_id: UUID | None = None,
) -> Project:
    """Create an organization and its default project; return the project.

    Without ids, new ones are made.
    """
    organization = Organization(id=organization_id or new_id(), name=name)
    session.add(organization)
    session.flush()
    record(
        session,
        Action.ORGANIZATION_CREATED,
        actor=actor,
        organization_id=organization.id,
        subject=organization.id,
    )
    project = Project(
        id=project_id or new_id(),
        organization_id=organization.id,
        name="Default",
        is_default=True,
    )
    return _add_project(session, project, actor)


def create_project(
    session: Session, name: str, organization_id: UUID | None = None, *, actor: str
) -> Project:
    """Create a project; without an organization it belongs to the first one. Raises NotFound."""
    organization_id = _existing_organization(session, organization_id)
    project = Project(id=new_id(), organization_id=organization_id, name=name)
    return _add_project(session, project, actor)


def adopt_project(session: Session, project_id: UUID, organization_id: UUID, *, actor: str) -> None:
    """Create a project with the id of another server, unless it exists."""
    if session.get(Project, project_id) is None:
        project = Project(
            id=project_id, organization_id=organization_id, name=f"Adopted {project_id}"
        )
        _add_project(session, project, actor)


def first_project(session: Session) -> Project | None:
    """Return the default project of the first organization, None before the first start."""
    return session.scalars(
        select(Project).where(Project.is_default).order_by(Project.created_at).limit(1)
    ).one_or_none()


def count_organizations(session: Session) -> int:
    """Return how many organizations there are."""
    return session.scalar(select(func.count()).select_from(Organization)) or 0


def require_project(session: Session, project_id: UUID) -> Project:
    """Return a project of any organization; raises NotFound."""
    project = session.get(Project, project_id)
    if project is None:
        raise _unknown_project(project_id)
    return project


def get_organization(session: Session, organization_id: UUID) -> Organization:
    """Return an organization that exists, such as that of a key."""
    return session.get_one(Organization, organization_id)


def select_project_ids(organization_id: UUID | BindParameter[UUID]) -> Select[UUID]:
    """Return the query for the ids of all projects of an organization."""
    return select(Project.id).where(Project.organization_id == organization_id)


def set_limits(
    session: Session, project_id: UUID, limits: dict[str, int | None], *, actor: str
) -> None:
    """Set some of `LIMITS` of a project: None for the server's setting. Raises NotFound."""
    assert set(limits) <= set(LIMITS)  # noqa: S101  # our own callers
    changed = session.execute(
        update(Project)
        .where(Project.id == project_id)
        .values(**limits)
        .returning(Project.organization_id)
    ).one_or_none()
    if changed is None:
        raise _unknown_project(project_id)
    record(
        session,
        Action.PROJECT_CHANGED,
        actor=actor,
        organization_id=changed.organization_id,
        project_id=project_id,
        subject=project_id,
        details=limits,
    )


def _add_project(session: Session, project: Project, actor: str) -> Project:
    session.add(project)
    session.flush()
    record(
        session,
        Action.PROJECT_CREATED,
        actor=actor,
        organization_id=project.organization_id,
        project_id=project.id,
        subject=project.id,
    )
    return project


def _existing_organization(session: Session, organization_id: UUID | None) -> UUID:
    if organization_id is None:
        project = first_project(session)
        if project is None:
            raise NotFound("There is no organization yet. Start the server once.")
        return project.organization_id
    if session.get(Organization, organization_id) is None:
        raise NotFound(
            f"Organization {organization_id} does not exist. List them with `pigeonhole orgs list`."
        )
    return organization_id


def _unknown_project(project_id: UUID) -> NotFound:
    return NotFound(
        f"Project {project_id} does not exist. List them with `pigeonhole projects list`."
    )
