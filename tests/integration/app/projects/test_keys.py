"""Keys that are revoked, expired, rotated, or of another secret."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update

from app.audit.models import AuditEvent
from app.db import Database, now
from app.errors import Conflict, NotFound
from app.projects.key_lookup import digest, find_key
from app.projects.keys import NewKey, create_key, revoke_key, rotate_key
from app.projects.models import ApiKey
from app.secrets import Secrets
from tests.integration.app.projects.stored_keys import SECRETS, owner, start, stored_keys

HOUR = timedelta(hours=1)


@pytest.fixture
def key(database: Database) -> str:
    """The first key of an embedded server."""
    key = start(database)
    assert key is not None
    return key


def test_a_revoked_key_is_not_valid(database: Database, key: str) -> None:
    (row,) = stored_keys(database)
    with database.write() as session:
        revoke_key(session, row.id)

    assert owner(database, key) is None
    with pytest.raises(NotFound), database.write() as session:
        revoke_key(session, row.id)


def test_an_expired_key_is_not_valid(database: Database, key: str) -> None:
    with database.write() as session:
        session.execute(update(ApiKey).values(expires_at=now() - timedelta(seconds=1)))

    assert owner(database, key) is None


def test_a_key_of_another_secret_is_unknown(database: Database, key: str) -> None:
    other = Secrets("another secret of thirty-two or more")

    with database.read() as session:
        assert find_key(session, digest(other, key)) is None


@pytest.mark.usefixtures("key")
def test_a_key_needs_a_project_that_exists(database: Database) -> None:
    with pytest.raises(NotFound), database.write() as session:
        create_key(session, SECRETS, NewKey("x", project_id=uuid4()), actor="server")


@pytest.mark.usefixtures("key")
def test_a_key_is_rotated_once_even_without_its_audit_events(database: Database) -> None:
    (old,) = stored_keys(database)
    with database.write() as session:
        rotate_key(session, SECRETS, old.id, HOUR, actor="server")
    with database.write() as session:
        session.query(AuditEvent).delete()
    old, new = stored_keys(database)

    assert old.replaced_by == new.id
    with pytest.raises(Conflict, match=str(new.id)), database.write() as session:
        rotate_key(session, SECRETS, old.id, HOUR, actor="server")
