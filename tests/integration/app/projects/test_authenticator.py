"""Requests with valid and bad keys: answers, queries and the cache between them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, update

from app.db import Database, now
from app.errors import NotAuthenticated
from app.projects import authenticator
from app.projects.authenticator import Authenticator
from app.projects.key_lookup import record_use
from app.projects.keys import KeyTerms, NewKey, add_key, create_key, revoke_key, rotate_key
from app.projects.models import ApiKey, KeyOrigin, Project
from devtools.tenant_data import TenantData
from devtools.waiting import until
from tests.integration.app.projects.stored_keys import stored_keys
from tests.integration.application import FILES, Api, new_client


def make_key(api: Api, tenants: TenantData, expires_in: int | None = None) -> str:
    expires_at = None if expires_in is None else now() + timedelta(seconds=expires_in)
    new = NewKey("k", project_id=tenants.first.project_id, expires_at=expires_at)
    with api.database.write() as session:
        return create_key(session, api.secrets, new, actor="command:test")


@contextmanager
def recorded_queries(database: Database) -> Iterator[list[str]]:
    """Collect the statements about keys that the block runs."""
    queries: list[str] = []

    def record(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "api_keys" in statement:
            queries.append(statement)

    event.listen(database.engine, "before_cursor_execute", record)
    yield queries
    event.remove(database.engine, "before_cursor_execute", record)


def test_each_bad_key_has_its_sentence(api: Api, tenants: TenantData) -> None:
    revoked, expired = make_key(api, tenants), make_key(api, tenants, expires_in=-1)
    with api.database.write() as session:
        revoke_key(session, stored_keys(api.database)[0].id)
    headers = ["", "Basic abc", "Bearer a b", "Bearer wrong", f"Bearer {revoked}"]
    answers = [
        new_client(api.app).get(FILES, headers={"Authorization": header} if header else {})
        for header in [*headers, f"Bearer {expired}"]
    ]

    assert [answer.status_code for answer in answers] == [401] * 6
    sentences = [answer.json()["detail"] for answer in answers]
    assert sentences[1] == sentences[2]
    assert len(set(sentences)) == 5
    assert all(answer.headers["WWW-Authenticate"] == "Bearer" for answer in answers)


def test_a_repeated_key_costs_one_query(api: Api, tenants: TenantData) -> None:
    valid, bad = api.client(make_key(api, tenants)), api.client("llx-bad")
    assert valid.get(FILES).status_code == 200

    with recorded_queries(api.database) as queries:
        assert [bad.get(FILES).status_code for _ in range(5)] == [401] * 5
        assert [valid.get(FILES).status_code for _ in range(5)] == [200] * 5

    assert len(queries) == 1


def test_guessed_keys_do_not_push_out_a_valid_key(
    api: Api, tenants: TenantData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authenticator, "MAX_CACHED_KEYS", 3)
    authenticates = Authenticator(api.database, api.secrets)
    valid = authenticates.read_header(f"Bearer {make_key(api, tenants)}")
    authenticates.look_up(valid)

    for number in range(10):
        with pytest.raises(NotAuthenticated):
            authenticates.look_up(f"guess-{number}")

    assert authenticates.find_cached(valid) is not None
    assert authenticates.find_cached("guess-0") is None, "the cache of refusals is bounded"
    with pytest.raises(NotAuthenticated):
        authenticates.find_cached("guess-9")


def test_a_refusal_is_cached_for_a_while(api: Api, tenants: TenantData) -> None:
    key = "llx-bad"
    client = api.client(key)
    assert client.get(FILES).status_code == 401
    with api.database.write() as session:
        add_key(
            session,
            api.secrets,
            key,
            session.get_one(Project, tenants.first.project_id),
            KeyTerms("late", KeyOrigin.COMMAND, organization_wide=True),
        )

    assert client.get(FILES).status_code == 401, "still cached"
    assert Api(api.database, api.folder).client(key).get(FILES).status_code == 200


def test_a_cached_key_expires(api: Api, tenants: TenantData) -> None:
    client = api.client(make_key(api, tenants, expires_in=4))
    assert client.get(FILES).status_code == 200

    until(lambda: client.get(FILES).status_code == 401, "the end of the key")
    assert "it has expired" in client.get(FILES).json()["detail"]


def test_a_rotated_key_stays_valid_for_its_grace(api: Api, tenants: TenantData) -> None:
    old = make_key(api, tenants)
    (row,) = stored_keys(api.database)
    with api.database.write() as session:
        new = rotate_key(session, api.secrets, row.id, timedelta(hours=1), actor="command:test").key
    assert api.client(old).get(FILES).status_code == 200
    assert api.client(new).get(FILES).status_code == 200

    with api.database.write() as session:
        moment = now() - timedelta(seconds=1)
        session.execute(update(ApiKey).where(ApiKey.id == row.id).values(expires_at=moment))

    again = Api(api.database, api.folder)
    assert "it has expired" in again.client(old).get(FILES).json()["detail"]
    assert again.client(new).get(FILES).status_code == 200


def test_the_last_use_is_written_once_a_minute(api: Api, tenants: TenantData) -> None:
    key = make_key(api, tenants)
    assert stored_keys(api.database)[0].last_used_at is None

    assert api.client(key).get(FILES).status_code == 200
    first = stored_keys(api.database)[0].last_used_at
    assert first is not None
    with api.database.write() as session:
        record_use(session, stored_keys(api.database)[0].id)
    assert Api(api.database, api.folder).client(key).get(FILES).status_code == 200

    assert stored_keys(api.database)[0].last_used_at == first
