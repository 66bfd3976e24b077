"""Who calls, which projects they may see, and how the first of everything comes to be."""

import hashlib
import secrets as random
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, exists, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.audit.log import SERVER, Action, key_actor, record
from app.db import Database, new_id, now
from app.errors import NotFound, StartupError
from app.projects.models import ApiKey, KeyOrigin, Organization, Project
from app.secrets import Secrets, Use
from app.settings import Settings

# `last_used_at` is for people; writing it on every request would make every GET a write.
USED_EVERY = timedelta(minutes=1)
# Any constant will do, as long as every Pigeonhole uses the same.
BOOTSTRAP_LOCK = 0x626F_6F74


@dataclass(frozen=True, slots=True)
class Principal:
    """The owner of a valid key. An organization-wide key sees all projects of its organization."""

    key_id: UUID
    organization_id: UUID
    project_id: UUID
    organization_wide: bool
    may_adopt: bool
    expires_at: datetime | None
    is_admin: bool = False
    # Of the key's project; None: as the settings say.
    requests_per_minute: int | None = None
    uploads_per_minute: int | None = None

    @property
    def actor(self) -> str:
        """What the audit log calls the owner."""
        return key_actor(self.key_id)

    @property
    def user_id(self) -> str:
        """What the wire calls the user: the key."""
        return str(self.key_id)


@dataclass(frozen=True, slots=True)
class Scope:
    """What one request may touch: new rows go to `project_id`, look-ups by id stay in the reach."""

    principal: Principal
    project_id: UUID
    is_explicit: bool

    def covers(self, column: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
        """Return the condition that a row's project is within reach.

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
        """The project that may be touched, or the organization with all of its projects."""
        return self.project_id if self.is_narrow else self.principal.organization_id


def reach(
    column: InstrumentedAttribute[UUID], value: UUID | BindParameter[UUID], *, narrow: bool
) -> ColumnElement[bool]:
    """Return the condition of `Scope.covers`, for a reach that may come later.

    For queries that are built once: where clients poll, building costs more than asking.
    """
    if narrow:
        return column == value
    return column.in_(select(Project.id).where(Project.organization_id == value))


def digest(secrets: Secrets, key: str) -> str:
    """Return what is stored of an API key: 256 random bits need no slow hash."""
    return secrets.sign(Use.API_KEYS, key).hex()


def note_use(session: Session, key_id: UUID) -> None:
    """Write when a key was used, at most once a minute."""
    moment = now()
    session.execute(
        update(ApiKey)
        .where(
            ApiKey.id == key_id,
            (ApiKey.last_used_at.is_(None)) | (ApiKey.last_used_at < moment - USED_EVERY),
        )
        .values(last_used_at=moment)
    )


def resolve_scope(
    database: Database, principal: Principal, project_id: UUID | None, *, adopt: bool
) -> Scope:
    """Return the scope of a request that names `project_id`, or none.

    With `adopt` (the embedded server) a project that the first key's owner names and that does
    not exist is created: code that carries its old project id goes on working. Otherwise a
    project out of reach raises NotFound.
    """
    if project_id is None or project_id == principal.project_id:
        return Scope(principal, principal.project_id, is_explicit=project_id is not None)
    with database.read() as session:
        owner = session.scalar(select(Project.organization_id).where(Project.id == project_id))
    if owner is None and adopt and principal.may_adopt:
        with database.write() as session:
            if not session.scalar(select(exists().where(Project.id == project_id))):
                session.add(
                    Project(
                        id=project_id,
                        organization_id=principal.organization_id,
                        name=f"Adopted {project_id}",
                    )
                )
                record(
                    session,
                    Action.PROJECT_CREATED,
                    actor=principal.actor,
                    organization_id=principal.organization_id,
                    project_id=project_id,
                    subject=project_id,
                )
    elif owner != principal.organization_id or not principal.organization_wide:
        raise NotFound(f"Project {project_id} does not exist, or this API key may not use it.")
    return Scope(principal, project_id, is_explicit=True)


def generate_key() -> str:
    """Return a new key: a recognisable prefix and 256 random bits."""
    return f"ph_{random.token_hex(4)}_{random.token_urlsafe(32)}"


def add_key(
    session: Session,
    secrets: Secrets,
    key: str,
    project: Project,
    *,
    name: str,
    origin: KeyOrigin,
    organization_wide: bool,
    expires_at: datetime | None = None,
    is_admin: bool = False,
    actor: str = SERVER,
) -> UUID:
    """Store the digest of a key and its first characters, by which people tell keys apart.

    Returns the id of its row.
    """
    key_id = new_id()
    session.add(
        ApiKey(
            id=key_id,
            organization_id=project.organization_id,
            project_id=project.id,
            organization_wide=organization_wide,
            name=name,
            origin=origin,
            # Too little to guess from, of keys that are long enough; nothing of short ones.
            hint=key[:8] if len(key) >= 24 else hashlib.sha256(key.encode()).hexdigest()[:8],
            digest=digest(secrets, key),
            expires_at=expires_at,
            is_admin=is_admin,
        )
    )
    record(
        session,
        Action.KEY_CREATED,
        actor=actor,
        organization_id=project.organization_id,
        project_id=None if organization_wide else project.id,
        subject=key_id,
        details={"origin": origin.value, "is_admin": is_admin},
    )
    return key_id


def revoke_key(session: Session, key_id: UUID, *, actor: str = SERVER) -> KeyOrigin:
    """Make a key worthless from now on and tell who made it; raises NotFound for an unknown id."""
    revoked = session.execute(
        update(ApiKey)
        .where(ApiKey.id == key_id, ApiKey.revoked_at.is_(None))
        .values(revoked_at=now())
        .returning(ApiKey.organization_id, ApiKey.origin)
    ).one_or_none()
    if revoked is None:
        raise NotFound(f"There is no valid API key with the id {key_id}.")
    record(
        session,
        Action.KEY_REVOKED,
        actor=actor,
        organization_id=revoked.organization_id,
        subject=key_id,
    )
    return KeyOrigin(revoked.origin)


def first_project(session: Session) -> Project | None:
    """Return the default project, made at the first start."""
    return session.scalars(
        select(Project).where(Project.is_default).order_by(Project.created_at).limit(1)
    ).one_or_none()


def bootstrap(session: Session, secrets: Secrets, settings: Settings) -> str | None:
    """Make sure of a first organization, project and key; return a key that was generated now.

    `PIGEONHOLE_API_KEY` becomes valid and replaces the key that it held before. Without it,
    the embedded server generates a key when there is no valid one.
    """
    if session.get_bind().dialect.name == "postgresql":
        # Of two programs that start at once, only one makes the first of everything. On SQLite
        # writers wait for each other anyway.
        session.execute(select(func.pg_advisory_xact_lock(BOOTSTRAP_LOCK)))
    project = first_project(session)
    if project is None:
        organization = Organization(id=settings.organization_id or new_id(), name="Default")
        session.add(organization)
        session.flush()
        _tell(session, Action.ORGANIZATION_CREATED, organization.id, organization.id)
        project = Project(
            id=settings.project_id or new_id(),
            organization_id=organization.id,
            name="Default",
            is_default=True,
        )
        session.add(project)
        session.flush()
        _tell(session, Action.PROJECT_CREATED, organization.id, project.id)
    if given := settings.api_key.get_secret_value():
        _set_environment_key(session, secrets, given, project)
        return None
    usable = exists().where(ApiKey.revoked_at.is_(None))
    if not settings.is_embedded or session.scalar(select(usable)):
        return None
    key = generate_key()
    add_key(
        session,
        secrets,
        key,
        project,
        name="admin",
        origin=KeyOrigin.BOOTSTRAP,
        organization_wide=True,
    )
    return key


def _tell(session: Session, action: Action, organization_id: UUID, subject: UUID) -> None:
    record(session, action, actor=SERVER, organization_id=organization_id, subject=subject)


def _set_environment_key(session: Session, secrets: Secrets, key: str, project: Project) -> None:
    if key != key.strip() or not (key.isascii() and key.isprintable()):
        raise StartupError(
            "PIGEONHOLE_API_KEY must consist of ASCII characters, because it travels in a header, "
            "without line breaks and without blanks at its ends"
        )
    wanted = digest(secrets, key)
    replaced = session.scalars(
        select(ApiKey.id).where(
            ApiKey.origin == KeyOrigin.ENVIRONMENT,
            ApiKey.digest != wanted,
            ApiKey.revoked_at.is_(None),
        )
    ).all()
    for key_id in replaced:
        revoke_key(session, key_id)
    known = session.scalars(select(ApiKey).where(ApiKey.digest == wanted)).one_or_none()
    if known is None:
        add_key(
            session,
            secrets,
            key,
            project,
            name="PIGEONHOLE_API_KEY",
            origin=KeyOrigin.ENVIRONMENT,
            organization_wide=True,
        )
    else:
        known.revoked_at = None
