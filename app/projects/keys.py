"""API keys: create, list, rotate, revoke. `app.projects.key_lookup` finds those of requests."""

import hashlib
import secrets as random
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select, true, update
from sqlalchemy.orm import Session

from app.audit.log import SERVER, Action, record
from app.db import new_id, now
from app.errors import BadRequest, Conflict, NotFound
from app.projects.key_lookup import digest
from app.projects.models import ApiKey, KeyOrigin, Project
from app.projects.service import first_project, require_project
from app.secrets import Secrets

# A hint of a shorter key would give away too much of it.
MIN_HINTED_CHARACTERS = 24
# All keys that the server generates begin with the same three characters.
MIN_PREFIX = 5


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to create: for one project, or for all projects of an organization.

    Without either it is for the first organization. `is_admin` makes a key for administration
    only.
    """

    name: str
    project_id: UUID | None = None
    organization_id: UUID | None = None
    expires_at: datetime | None = None
    is_admin: bool = False


@dataclass(frozen=True, slots=True)
class KeyTerms:
    """What a key may do, for how long (None: without end), and where it comes from."""

    name: str
    origin: KeyOrigin
    organization_wide: bool
    expires_at: datetime | None = None
    is_admin: bool = False


@dataclass(frozen=True, slots=True)
class RotatedKey:
    """A new key, its end (None: never), and the end of the key that it replaces."""

    key: str
    expires_at: datetime | None
    old_expires_at: datetime


def generate_key() -> str:
    """Return a new key: a recognisable prefix and 256 random bits."""
    return f"ph_{random.token_hex(4)}_{random.token_urlsafe(32)}"


def list_keys(session: Session, organization_id: UUID) -> list[ApiKey]:
    """Return the keys of an organization, newest first, revoked ones too."""
    query = select(ApiKey).where(ApiKey.organization_id == organization_id)
    return list(session.scalars(query.order_by(ApiKey.created_at.desc())))


def add_key(
    session: Session,
    secrets: Secrets,
    key: str,
    project: Project,
    terms: KeyTerms,
    *,
    actor: str = SERVER,
) -> UUID:
    """Store the digest and a hint of a key; return the id of its row."""
    key_id = new_id()
    is_long = len(key) >= MIN_HINTED_CHARACTERS
    session.add(
        ApiKey(
            id=key_id,
            organization_id=project.organization_id,
            project_id=project.id,
            organization_wide=terms.organization_wide,
            name=terms.name,
            origin=terms.origin,
            hint=key[:8] if is_long else hashlib.sha256(key.encode()).hexdigest()[:8],
            digest=digest(secrets, key),
            expires_at=terms.expires_at,
            is_admin=terms.is_admin,
        )
    )
    record(
        session,
        Action.KEY_CREATED,
        actor=actor,
        organization_id=project.organization_id,
        project_id=None if terms.organization_wide else project.id,
        subject=key_id,
        details={"origin": terms.origin.value, "is_admin": terms.is_admin},
    )
    return key_id


def create_key(session: Session, secrets: Secrets, new: NewKey, *, actor: str) -> str:
    """Create a key and return it; raises NotFound for an unknown project or organization."""
    key = generate_key()
    terms = KeyTerms(
        new.name,
        KeyOrigin.COMMAND,
        organization_wide=new.project_id is None,
        expires_at=new.expires_at,
        is_admin=new.is_admin,
    )
    add_key(session, secrets, key, _project_of(session, new), terms, actor=actor)
    return key


def rotate_key(
    session: Session,
    secrets: Secrets,
    key_id: UUID,
    grace: timedelta,
    expires_at: datetime | None = None,
    *,
    organization_id: UUID | None = None,
    actor: str,
) -> RotatedKey:
    """Create the successor of a key; the old key remains valid for `grace`.

    The new key has the name, reach and kind of the old one. Without `expires_at` it lives as
    long as the old one was made for. Raises NotFound for a key that is not valid, BadRequest
    for a key of the environment, Conflict for a key that was rotated before. With
    `organization_id`, keys of other organizations do not exist.
    """
    moment = now()
    old = _rotatable(session, key_id, moment, _is_within(organization_id))
    if expires_at is None and old.expires_at is not None:
        expires_at = moment + (old.expires_at - old.created_at)
    key = generate_key()
    terms = KeyTerms(
        old.name, KeyOrigin(old.origin), old.organization_wide, expires_at, old.is_admin
    )
    project = session.get_one(Project, old.project_id)
    old.replaced_by = add_key(session, secrets, key, project, terms, actor=actor)
    end = moment + grace
    old.expires_at = end if old.expires_at is None else min(old.expires_at, end)
    record(
        session,
        Action.KEY_ROTATED,
        actor=actor,
        organization_id=old.organization_id,
        project_id=None if old.organization_wide else old.project_id,
        subject=old.id,
        details={"new_key_id": str(old.replaced_by), "expires_at": old.expires_at.isoformat()},
    )
    return RotatedKey(key, expires_at, old.expires_at)


def revoke_key(
    session: Session, key_id: UUID, *, organization_id: UUID | None = None, actor: str = SERVER
) -> KeyOrigin:
    """Revoke a key and return its origin; raises NotFound for a key that is not valid.

    With `organization_id`, keys of other organizations do not exist.
    """
    revoked = session.execute(
        update(ApiKey)
        .where(ApiKey.id == key_id, ApiKey.revoked_at.is_(None), _is_within(organization_id))
        .values(revoked_at=now())
        .returning(ApiKey.organization_id, ApiKey.origin)
    ).one_or_none()
    if revoked is None:
        raise _no_valid_key(key_id)
    record(
        session,
        Action.KEY_REVOKED,
        actor=actor,
        organization_id=revoked.organization_id,
        subject=key_id,
    )
    return KeyOrigin(revoked.origin)


def find_key_id(session: Session, given: str) -> UUID:
    """Return the id of a valid key by its id, its name or its first characters.

    Raises NotFound if no valid key fits, and Conflict if several do.
    """
    try:
        return UUID(given)
    except ValueError:
        pass
    rows = session.execute(
        select(ApiKey.id, ApiKey.name, ApiKey.hint).where(ApiKey.revoked_at.is_(None))
    ).all()
    found: list[UUID] = [row.id for row in rows if row.name == given] or [
        row.id
        for row in rows
        if len(given) >= MIN_PREFIX and (row.hint.startswith(given) or given.startswith(row.hint))
    ]
    if not found:
        raise NotFound(
            f"No valid API key has the name {given!r} or begins with it. List them with "
            "`pigeonhole keys list`."
        )
    if len(found) > 1:
        raise Conflict(
            f"{len(found)} valid API keys have the name {given!r} or begin with it. Give the id of "
            f"one of them: {', '.join(map(str, found))}."
        )
    return found[0]


def _is_within(organization_id: UUID | None) -> ColumnElement[bool]:
    """Return the condition that a key is of an organization; of any without one."""
    return true() if organization_id is None else ApiKey.organization_id == organization_id


def _rotatable(
    session: Session, key_id: UUID, moment: datetime, is_within: ColumnElement[bool]
) -> ApiKey:
    # Locked: of two commands at once, the second sees the successor made by the first.
    is_valid = ApiKey.id == key_id, ApiKey.revoked_at.is_(None), is_within
    old = session.scalars(select(ApiKey).where(*is_valid).with_for_update()).one_or_none()
    if old is None or (old.expires_at is not None and old.expires_at <= moment):
        raise _no_valid_key(key_id)
    if old.origin == KeyOrigin.ENVIRONMENT:
        raise BadRequest(
            "This key is set by PIGEONHOLE_API_KEY. Change it there and restart the server."
        )
    # The rotation shortened its lifetime, which the successor would inherit.
    if old.replaced_by is not None:
        raise Conflict(
            f"This key has been rotated already. Rotate its successor {old.replaced_by} instead."
        )
    return old


def _project_of(session: Session, new: NewKey) -> Project:
    if new.project_id is not None:
        return require_project(session, new.project_id)
    if new.organization_id is None:
        project = first_project(session)
        missing = "There is no project yet. Start the server once, or run `pigeonhole migrate`."
    else:
        project = session.scalars(
            select(Project)
            .where(Project.organization_id == new.organization_id)
            .order_by(Project.is_default.desc(), Project.created_at)
            .limit(1)
        ).one_or_none()
        missing = (
            f"Organization {new.organization_id} does not exist or has no project. List them "
            "with `pigeonhole orgs list`."
        )
    if project is None:
        raise NotFound(missing)
    return project


def _no_valid_key(key_id: UUID) -> NotFound:
    return NotFound(
        f"There is no valid API key with the id {key_id}. List them with `pigeonhole keys list`."
    )
