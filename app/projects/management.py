"""What administrators do to organizations, projects and keys."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.audit.log import Action, record
from app.audit.models import AuditEvent
from app.db import first_id, new_id, now
from app.errors import BadRequest, Conflict, NotFound
from app.projects.models import ApiKey, KeyOrigin, Organization, Project
from app.projects.service import add_key, first_project, generate_key
from app.secrets import Secrets

LIMITS = ("requests_per_minute", "uploads_per_minute", "max_bytes", "retention_days")


@dataclass(frozen=True, slots=True)
class NewKey:
    """What a key is to be: of one project, or of all projects of an organization.

    With neither it is of the first organization. `is_admin` is for management only.
    """

    name: str
    project_id: UUID | None = None
    organization_id: UUID | None = None
    expires_at: datetime | None = None
    is_admin: bool = False


@dataclass(frozen=True, slots=True)
class Rotated:
    """A new key, its end (None: never), and the end of the key that it stands for."""

    key: str
    expires_at: datetime | None
    old_expires_at: datetime


def create_organization(session: Session, name: str, *, actor: str) -> Organization:
    """Create an organization with its default project."""
    organization = Organization(id=new_id(), name=name)
    session.add(organization)
    session.flush()
    record(
        session,
        Action.ORGANIZATION_CREATED,
        actor=actor,
        organization_id=organization.id,
        subject=organization.id,
    )
    create_project(session, "Default", organization.id, actor=actor, is_default=True)
    return organization


def create_project(
    session: Session,
    name: str,
    organization_id: UUID | None = None,
    *,
    actor: str,
    is_default: bool = False,
) -> Project:
    """Create a project, in the first organization unless one is named; raises NotFound."""
    project = Project(
        id=new_id(),
        organization_id=_organization(session, organization_id),
        name=name,
        is_default=is_default,
    )
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


def require_project(session: Session, project_id: UUID) -> Project:
    """Return a project of any organization; raises NotFound."""
    project = session.get(Project, project_id)
    if project is None:
        raise NotFound(f"Project {project_id} does not exist.")
    return project


def set_limits(
    session: Session, project_id: UUID, limits: dict[str, int | None], *, actor: str
) -> None:
    """Set some of `LIMITS` of a project: None is the server's setting. Raises NotFound."""
    assert set(limits) <= set(LIMITS)  # noqa: S101  # our own callers
    changed = session.execute(
        update(Project)
        .where(Project.id == project_id)
        .values(**limits)
        .returning(Project.organization_id)
    ).one_or_none()
    if changed is None:
        raise NotFound(f"Project {project_id} does not exist.")
    record(
        session,
        Action.PROJECT_CHANGED,
        actor=actor,
        organization_id=changed.organization_id,
        project_id=project_id,
        subject=project_id,
        details=limits,
    )


def create_key(session: Session, secrets: Secrets, new: NewKey, *, actor: str) -> str:
    """Create a key and return it, this once; raises NotFound for what is not there."""
    key = generate_key()
    add_key(
        session,
        secrets,
        key,
        _home(session, new),
        name=new.name,
        origin=KeyOrigin.COMMAND,
        organization_wide=new.project_id is None,
        expires_at=new.expires_at,
        is_admin=new.is_admin,
        actor=actor,
    )
    return key


def rotate_key(
    session: Session,
    secrets: Secrets,
    key_id: UUID,
    grace: timedelta,
    expires_at: datetime | None = None,
    *,
    actor: str,
) -> Rotated:
    """Make a new key in the place of another, which goes on working for `grace`.

    The new one has the name, reach and kind of the old one, and unless `expires_at` says
    otherwise ends after as long as the old one was made for. Raises NotFound for a key that is
    not valid, BadRequest for one that the environment sets, Conflict for one rotated before.
    """
    moment = now()
    old = _rotatable(session, key_id, moment)
    if expires_at is None and old.expires_at is not None:
        expires_at = moment + (old.expires_at - old.created_at)
    key = generate_key()
    new_key_id = add_key(
        session,
        secrets,
        key,
        session.get_one(Project, old.project_id),
        name=old.name,
        origin=KeyOrigin(old.origin),
        organization_wide=old.organization_wide,
        expires_at=expires_at,
        is_admin=old.is_admin,
        actor=actor,
    )
    ends = moment + grace
    old.expires_at = ends if old.expires_at is None else min(old.expires_at, ends)
    record(
        session,
        Action.KEY_ROTATED,
        actor=actor,
        organization_id=old.organization_id,
        project_id=None if old.organization_wide else old.project_id,
        subject=old.id,
        details={"new_key_id": str(new_key_id), "expires_at": old.expires_at.isoformat()},
    )
    return Rotated(key, expires_at, old.expires_at)


def _rotatable(session: Session, key_id: UUID, moment: datetime) -> ApiKey:
    # Locked, so that of two commands at once the second finds the event of the first.
    old = session.scalars(
        select(ApiKey).where(ApiKey.id == key_id, ApiKey.revoked_at.is_(None)).with_for_update()
    ).one_or_none()
    if old is None or (old.expires_at is not None and old.expires_at <= moment):
        raise NotFound(f"There is no valid API key with the id {key_id}.")
    if old.origin == KeyOrigin.ENVIRONMENT:
        raise BadRequest("This key is set by PIGEONHOLE_API_KEY: change it there and restart.")
    # Its end is that of its grace by now, and no longer says how long a key is wanted to live.
    # The ids of later events bound the search: no index has the subject.
    rotated = session.scalar(
        select(AuditEvent.details).where(
            AuditEvent.id >= first_id(old.created_at),
            AuditEvent.action == Action.KEY_ROTATED.value,
            AuditEvent.subject == key_id,
        )
    )
    if rotated is not None:
        raise Conflict(
            f"This key was rotated already: rotate its successor {rotated['new_key_id']} instead."
        )
    return old


def _home(session: Session, new: NewKey) -> Project:
    if new.project_id is not None:
        project = session.get(Project, new.project_id)
        missing = f"Project {new.project_id} does not exist."
    elif new.organization_id is not None:
        project = session.scalars(
            select(Project)
            .where(Project.organization_id == new.organization_id)
            .order_by(Project.is_default.desc(), Project.created_at)
            .limit(1)
        ).one_or_none()
        missing = f"Organization {new.organization_id} does not exist, or has no project."
    else:
        project = first_project(session)
        missing = "There is no project yet: start the server once, or run `pigeonhole migrate`."
    if project is None:
        raise NotFound(missing)
    return project


def _organization(session: Session, organization_id: UUID | None) -> UUID:
    if organization_id is None:
        project = first_project(session)
        if project is None:
            raise NotFound("There is no organization yet: start the server once.")
        return project.organization_id
    if session.get(Organization, organization_id) is None:
        raise NotFound(f"Organization {organization_id} does not exist.")
    return organization_id
