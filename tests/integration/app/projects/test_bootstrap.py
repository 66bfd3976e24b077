"""The first organization, project and key of a server."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.db import Database
from app.errors import StartupError
from app.projects.keys import NewKey, create_key, revoke_key
from app.projects.models import Organization, Project
from tests.integration.app.projects.stored_keys import SECRETS, owner, start, stored_keys


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
            revoke_key(session, stored_keys(database)[0].id)

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

        assert len(stored_keys(database)) == 1
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
            made = create_key(session, SECRETS, NewKey("ci"), actor="server")

        start(database, api_key="llx-new")

        assert owner(database, made) is not None

    @pytest.mark.parametrize("key", [" blank", "blank ", "line\nbreak", "ключ", "schlüssel"])
    def test_what_no_header_can_carry_is_refused(self, database: Database, key: str) -> None:
        with pytest.raises(StartupError, match="PIGEONHOLE_API_KEY"):
            start(database, api_key=key)

    def test_its_characters_are_not_kept(self, database: Database) -> None:
        start(database, api_key="short-secret")

        (row,) = stored_keys(database)
        assert "short" not in row.hint
        assert row.digest != "short-secret"
