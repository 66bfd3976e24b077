"""API keys: how the first ones come to be, and how keys become worthless."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from app.db import Database, now
from app.errors import NotFound, StartupError
from app.projects import management, service
from app.projects.keys import find_principal
from app.projects.management import NewKey
from app.projects.models import ApiKey, KeyOrigin, Organization, Project
from app.projects.service import Principal, bootstrap, digest
from app.secrets import Secrets
from app.settings import Settings
from devtools.world import World
from tests.integration.application import FILES, SECRET, Api

SECRETS = Secrets(SECRET)


def start(database: Database, **settings: Any) -> str | None:
    """Do what every start of an embedded server does."""
    with database.write() as session:
        return bootstrap(session, SECRETS, Settings(**settings))


def owner(database: Database, key: str) -> Principal | None:
    with database.read() as session:
        return find_principal(session, digest(SECRETS, key))


def keys(database: Database) -> list[ApiKey]:
    with database.read() as session:
        return list(session.scalars(select(ApiKey).order_by(ApiKey.created_at)))


class TestFirstStart:
    def test_it_makes_one_key_that_sees_everything(self, database: Database) -> None:
        key = start(database)

        assert key is not None
        assert key.startswith("ph_")
        principal = owner(database, key)
        assert principal is not None
        assert principal.organization_wide
        assert principal.may_adopt
        assert start(database) is None, "the second start makes no other"

    def test_it_makes_a_new_key_when_the_last_one_was_revoked(self, database: Database) -> None:
        first = start(database)
        with database.write() as session:
            service.revoke_key(session, keys(database)[0].id)

        second = start(database)

        assert second is not None
        assert second != first

    def test_the_ids_of_the_settings_are_taken(self, database: Database) -> None:
        project_id, organization_id = uuid4(), uuid4()
        start(database, project_id=project_id, organization_id=organization_id)

        with database.read() as session:
            assert session.scalars(select(Project.id)).all() == [project_id]
            assert session.scalars(select(Organization.id)).all() == [organization_id]

    def test_two_programs_at_once_make_one_organization(self, database: Database) -> None:
        barrier = threading.Barrier(4)

        def run(_: int) -> None:
            barrier.wait()
            start(database, api_key="llx-the-same-for-all")

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(run, range(4)))

        assert len(keys(database)) == 1
        with database.read() as session:
            assert len(session.scalars(select(Project.id)).all()) == 1


class TestEnvironmentKey:
    @pytest.mark.parametrize(
        "key", ["llx-0123456789abcdef", "x", "two words", "~!@#$%^&*()_+={}[]|:;\"'<>,.?/"]
    )
    def test_any_shape_will_do(self, database: Database, key: str) -> None:
        assert start(database, api_key=key) is None
        assert owner(database, key) is not None

    def test_a_new_one_revokes_the_old_one(self, database: Database) -> None:
        start(database, api_key="llx-old")
        start(database, api_key="llx-new")

        assert owner(database, "llx-old") is None
        assert owner(database, "llx-new") is not None

        start(database, api_key="llx-old")
        assert owner(database, "llx-old") is not None, "back again"
        assert owner(database, "llx-new") is None

    def test_it_leaves_keys_of_the_command_alone(self, database: Database) -> None:
        start(database, api_key="llx-old")
        with database.write() as session:
            made = management.create_key(session, SECRETS, NewKey("ci"), actor="server")

        start(database, api_key="llx-new")

        assert owner(database, made) is not None

    @pytest.mark.parametrize("key", [" blank", "blank ", "line\nbreak", "ключ", "schlüssel"])
    def test_what_no_header_can_carry_is_refused(self, database: Database, key: str) -> None:
        with pytest.raises(StartupError, match="PIGEONHOLE_API_KEY"):
            start(database, api_key=key)

    def test_its_characters_are_not_kept(self, database: Database) -> None:
        start(database, api_key="short-secret")

        (row,) = keys(database)
        assert "short" not in row.hint
        assert row.digest != "short-secret"


class TestWorthlessKeys:
    def test_revoked(self, database: Database) -> None:
        key = start(database)
        assert key is not None
        with database.write() as session:
            service.revoke_key(session, keys(database)[0].id)

        assert owner(database, key) is None
        with pytest.raises(NotFound), database.write() as session:
            service.revoke_key(session, keys(database)[0].id)

    def test_expired(self, database: Database) -> None:
        key = start(database)
        assert key is not None
        with database.write() as session:
            session.execute(update(ApiKey).values(expires_at=now() - timedelta(seconds=1)))

        assert owner(database, key) is None

    def test_of_another_secret(self, database: Database) -> None:
        key = start(database)
        assert key is not None

        with database.read() as session:
            other = Secrets("another secret of thirty-two or more")
            assert find_principal(session, digest(other, key)) is None

    def test_a_key_of_a_project_that_is_not_there(self, database: Database) -> None:
        start(database)
        with pytest.raises(NotFound), database.write() as session:
            management.create_key(session, SECRETS, NewKey("x", project_id=uuid4()), actor="server")


class TestUse:
    def test_it_is_noted_once_a_minute(self, api: Api, world: World) -> None:
        key = api.key(world.here)

        assert keys(api.database)[0].last_used_at is None
        assert api.client(key).get(FILES).status_code == 200
        first = keys(api.database)[0].last_used_at
        assert first is not None
        with api.database.write() as session:
            service.note_use(session, keys(api.database)[0].id)
        assert keys(api.database)[0].last_used_at == first

    def test_a_bad_key_is_looked_up_once(self, api: Api, world: World) -> None:
        """Guessing costs no query each: the answer about a bad key is remembered for a while."""
        bad = api.client("llx-bad")
        assert bad.get(FILES).status_code == 401
        key = "llx-bad"
        with api.database.write() as session:
            service.add_key(
                session,
                api.secrets,
                key,
                session.get_one(Project, world.here.project_id),
                name="late",
                origin=KeyOrigin.COMMAND,
                organization_wide=True,
            )

        assert bad.get(FILES).status_code == 401, "still remembered as bad"
        assert Api(api.database, api.folder).client(key).get(FILES).status_code == 200
