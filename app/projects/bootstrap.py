"""The first organization, project and API key of a server."""

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.audit.log import SERVER
from app.errors import StartupError
from app.projects.key_lookup import digest
from app.projects.keys import KeyTerms, add_key, generate_key, revoke_key
from app.projects.models import ApiKey, KeyOrigin, Project
from app.projects.service import create_organization, first_project
from app.secrets import Secrets
from app.settings import Settings

# Any constant, the same in every process: it must not change.
BOOTSTRAP_LOCK = 0x626F_6F74


def bootstrap(session: Session, secrets: Secrets, settings: Settings) -> str | None:
    """Create the first organization, project and key where missing; return a generated key.

    `PIGEONHOLE_API_KEY` becomes valid and replaces its former value. Without it, the embedded
    server generates a key if there is no valid one. Raises StartupError for an API key that
    no header can carry.
    """
    if session.get_bind().dialect.name == "postgresql":
        # One of two programs that start at once waits for the other. SQLite needs no lock: its
        # writers wait for each other anyway.
        session.execute(select(func.pg_advisory_xact_lock(BOOTSTRAP_LOCK)))
    project = first_project(session) or create_organization(
        session,
        "Default",
        organization_id=settings.organization_id,
        project_id=settings.project_id,
        actor=SERVER,
    )
    if key := settings.api_key.get_secret_value():
        _set_environment_key(session, secrets, key, project)
        return None
    has_usable_key = select(exists().where(ApiKey.revoked_at.is_(None)))
    if not settings.is_embedded or session.scalar(has_usable_key):
        return None
    key = generate_key()
    terms = KeyTerms("admin", KeyOrigin.BOOTSTRAP, organization_wide=True)
    add_key(session, secrets, key, project, terms)
    return key


def _set_environment_key(session: Session, secrets: Secrets, key: str, project: Project) -> None:
    if key != key.strip() or not (key.isascii() and key.isprintable()):
        raise StartupError(
            "PIGEONHOLE_API_KEY must consist of ASCII characters, without line breaks and "
            "without spaces at its beginning or end"
        )
    key_digest = digest(secrets, key)
    replaced = session.scalars(
        select(ApiKey.id).where(
            ApiKey.origin == KeyOrigin.ENVIRONMENT,
            ApiKey.digest != key_digest,
            ApiKey.revoked_at.is_(None),
        )
    ).all()
    for key_id in replaced:
        revoke_key(session, key_id)
    known = session.scalars(select(ApiKey).where(ApiKey.digest == key_digest)).one_or_none()
    if known is None:
        terms = KeyTerms("PIGEONHOLE_API_KEY", KeyOrigin.ENVIRONMENT, organization_wide=True)
        add_key(session, secrets, key, project, terms)
    else:
        known.revoked_at = None
