"""On a full disk requests are refused with a reason, and accepted files are not lost."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app import schema
from app.db import Database
from app.jobs import queue
from devtools.tenant_data import VERDICT, TenantData
from tests.integration.app.full_disk import Disk
from tests.integration.application import FILES, JOBS, RULES, Api, create_job, upload


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(f"sqlite:///{tmp_path / 'pigeonhole.db'}")) as database:
        schema.migrate(database)
        yield database


def post_job(client: TestClient, file_id: str) -> int:
    # Rules that need more than the room left in a page.
    rules = [{**RULES[0], "type": f"type {n}", "description": "x" * 500} for n in range(100)]
    answer = client.post(JOBS, json={"file_ids": [file_id] * 100, "rules": rules})
    if answer.status_code != 200:
        assert "disk is full" in answer.json()["detail"]
        assert answer.headers["x-should-retry"] == "false"
    return answer.status_code


def test_a_full_database_refuses_writes_and_serves_reads(
    api: Api, client: TestClient, tenants: TenantData
) -> None:
    file_id = upload(client)
    job_id = create_job(client, file_id)
    disk = Disk(api.database)
    disk.fill()

    statuses = [post_job(client, file_id) for _ in range(3)]

    assert statuses == [507] * 3
    listed = client.get(JOBS).json()["items"]
    assert [job["id"] for job in listed] == [job_id], "nothing half done"
    assert client.get(f"{FILES}/{file_id}").status_code == 200
    assert client.get(f"{JOBS}/{job_id}/results").status_code == 200

    disk.free()
    assert post_job(client, file_id) == 200
    claim = tenants.claim()
    assert str(claim.job_id) == job_id, "what was accepted before goes on"
    assert queue.finish(api.database, claim, VERDICT)
    assert client.get(f"{JOBS}/{job_id}").json()["status"] == "SUCCESS"


def test_an_upload_that_the_database_cannot_record_leaves_no_bytes(
    api: Api, client: TestClient
) -> None:
    disk = Disk(api.database)
    disk.fill()
    answers = [
        client.post(
            FILES,
            files={"file": ("n" * 2900, b"some bytes")},
            data={"external_file_id": "x" * 2900},
        ).status_code
        for _ in range(40)  # until the last page has no room for another row
    ]

    assert set(answers[-30:]) == {507}
    stored = answers.count(201)
    blobs = [path for path in (api.folder / "blobs").rglob("*") if path.is_file()]
    assert len(blobs) == stored


def test_a_cached_key_works_when_its_use_cannot_be_recorded(api: Api, tenants: TenantData) -> None:
    key = api.key(tenants.first)
    disk = Disk(api.database)
    disk.fill()

    assert api.client(key).get(FILES).status_code == 200
