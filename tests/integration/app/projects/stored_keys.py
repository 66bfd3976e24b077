"""Keys of a database as tests of projects read them."""

from typing import Any

from sqlalchemy import select

from app.db import Database
from app.projects.bootstrap import bootstrap
from app.projects.key_lookup import digest, find_key
from app.projects.models import ApiKey
from app.projects.scope import Principal
from app.secrets import Secrets
from app.settings import Settings
from tests.integration.application import SECRET

SECRETS = Secrets(SECRET)


def start(database: Database, **settings: Any) -> str | None:
    """Do what every start of an embedded server does."""
    with database.write() as session:
        return bootstrap(session, SECRETS, Settings(**settings))


def owner(database: Database, key: str) -> Principal | None:
    """Return the principal of a valid key."""
    with database.read() as session:
        found = find_key(session, digest(SECRETS, key))
    return None if found is None or found.refusal is not None else found.principal


def stored_keys(database: Database) -> list[ApiKey]:
    with database.read() as session:
        return list(session.scalars(select(ApiKey).order_by(ApiKey.created_at)))
