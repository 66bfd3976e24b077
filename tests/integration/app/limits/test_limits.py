"""Rates, storage and retention of projects."""

import time
from datetime import timedelta
from types import SimpleNamespace

import pytest

from app.db import Database, first_id, now
from app.files.models import File
from app.limits import buckets
from app.limits.redis_buckets import RedisBuckets
from app.maintenance.retention import apply_project_retention
from app.projects.keys import NewKey, create_key
from app.projects.service import set_limits
from devtools.ports import free_port
from devtools.redis import RedisServer
from devtools.tenant_data import TenantData
from tests.integration.application import FILES, Api, upload


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time stands still for the buckets of this process."""
    monkeypatch.setattr(buckets, "time", SimpleNamespace(monotonic=lambda: 1000.0))


def make_key(api: Api, tenants: TenantData) -> str:
    new = NewKey("k", project_id=tenants.first.project_id)
    with api.database.write() as session:
        return create_key(session, api.secrets, new, actor="command:test")


@pytest.mark.usefixtures("stopped_clock")
def test_rates_of_a_project_win(tenants: TenantData, api: Api) -> None:
    with api.database.write() as session:
        limits = {"requests_per_minute": 3, "uploads_per_minute": 1}
        set_limits(session, tenants.first.project_id, limits, actor="command:test")
    client, other = api.client(make_key(api, tenants)), api.client(make_key(api, tenants))
    upload(client)

    refused = client.post(FILES, files={"file": ("a", b"a")}, data={"purpose": "classify"})
    answers = [client.get(FILES) for _ in range(3)]

    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "60"
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "20"
    assert other.get(FILES).status_code == 200, "each key counts for itself"


def test_the_setting_is_for_all_projects(tenants: TenantData, api: Api) -> None:
    limited = Api(api.database, api.folder, requests_per_minute=1)
    client = limited.client(make_key(limited, tenants))

    assert [client.get(FILES).status_code for _ in range(2)] == [200, 429]


def test_processes_share_a_bucket_in_redis(redis_server: RedisServer) -> None:
    url = redis_server.fresh_database()
    one, other = RedisBuckets(url), RedisBuckets(url)
    began = time.monotonic()

    assert [one.take("k", 2), other.take("k", 2)] == [0.0, 0.0]
    left = one.take("k", 2)
    assert 30 - (time.monotonic() - began) - 0.1 < left <= 30
    assert other.take("another", 2) == 0.0


@pytest.mark.usefixtures("stopped_clock")
def test_without_redis_each_process_counts() -> None:
    shared = RedisBuckets(f"redis://127.0.0.1:{free_port()}/0")

    assert [shared.take("k", 1) for _ in range(2)] == [0.0, 60.0]


def test_a_project_without_room(tenants: TenantData, api: Api) -> None:
    with api.database.write() as session:
        limits = {"max_bytes": 10}
        set_limits(session, tenants.first.project_id, limits, actor="command:test")
    client = api.client(make_key(api, tenants))
    first = upload(client, content=b"12345678")

    parts = {"files": {"file": ("a", b"123")}, "data": {"purpose": "classify"}}
    refused = client.post(FILES, **parts)  # type: ignore[arg-type]
    assert refused.status_code == 413
    assert "stores 8 B of at most 10 B, without room for 3 B more" in refused.json()["detail"]
    assert len(list(api.blobs.keys(timedelta(0)))) == 1, "nothing of it stays"
    assert client.delete(f"{FILES}/{first}").status_code == 204
    assert client.post(FILES, **parts).status_code == 201  # type: ignore[arg-type]


def test_a_project_keeps_files_as_long_as_it_says(tenants: TenantData, database: Database) -> None:
    other = tenants.project(tenants.first)
    with database.write() as session:
        limits = {"retention_days": 2}
        set_limits(session, tenants.first.project_id, limits, actor="command:test")
    tenants.file()
    tenants.file(scope=other)

    assert not apply_project_retention(database, 10), "too young"
    with database.write() as session:
        for number, file in enumerate(session.query(File).all()):
            old = now() - timedelta(days=3)
            file.created_at = old
            file.id = type(file.id)(int=first_id(old).int + number)
    assert apply_project_retention(database, 10).files == 1
    with database.read() as session:
        assert [file.project_id for file in session.query(File)] == [other.project_id]
