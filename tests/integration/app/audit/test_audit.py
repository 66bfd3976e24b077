"""The audit log: every change has its event, and no event says what a document says."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update

from app.audit.export import EventFilter, delete_old_events, export_events
from app.audit.models import AuditEvent
from app.db import Database, first_id, new_id, now
from app.errors import FileErrorCode
from app.files.deletions import BlobDeleter
from app.jobs import queue
from app.jobs.values import FileFailure
from app.maintenance.purge import purge_project
from app.projects.keys import NewKey, create_key
from devtools.tenant_data import VERDICT, TenantData
from tests.integration.application import FILES, JOBS, Api, create_job, upload


def events(database: Database, selected: EventFilter) -> list[dict[str, Any]]:
    exported = "".join(export_events(database, selected))
    return [json.loads(line) for line in exported.splitlines()]


def actions(database: Database, project_id: UUID) -> list[str]:
    return [event["action"] for event in events(database, EventFilter(project_ids=[project_id]))]


def test_the_way_of_a_job(api: Api, tenants: TenantData) -> None:
    client = api.client(api.key(tenants.first))
    file_id = upload(client, "secret-name.txt", b"a secret text")
    job_id = create_job(client, file_id)
    assert queue.finish(api.database, tenants.claim(), VERDICT)
    assert client.delete(f"{JOBS}/{job_id}").status_code == 204
    assert client.delete(f"{FILES}/{file_id}").status_code == 204

    found = events(api.database, EventFilter(project_ids=[tenants.first.project_id]))
    assert [event["action"] for event in found] == [
        "file.uploaded",
        "job.created",
        "result.recorded",
        "job.ended",
        "job.deleted",
        "file.deleted",
    ]
    assert [event["actor"].split(":")[0] for event in found] == [
        *["key", "key", "worker", "server", "key", "key"]
    ]
    assert found[2]["engine_version"] == VERDICT.engine_version
    assert found[2]["details"] == {"job_id": job_id, "file_id": file_id}
    assert (found[0]["subject"], found[1]["subject"]) == (file_id, job_id)
    assert "secret" not in json.dumps(found)


def test_a_change_that_fails_leaves_no_event(tenants: TenantData) -> None:
    tenants.job(1)
    claim = tenants.claim()
    failed = FileFailure(FileErrorCode.CORRUPT, "it is damaged")
    assert queue.finish(tenants.database, claim, failed)
    before = actions(tenants.database, tenants.first.project_id)

    assert not queue.finish(tenants.database, claim, VERDICT)

    assert actions(tenants.database, tenants.first.project_id) == before
    assert "result.recorded" not in before


def test_times_choose_and_old_events_go(tenants: TenantData) -> None:
    moment = now()
    with tenants.database.write() as session:
        session.execute(update(AuditEvent).values(action="test"))
        for days in (3, 2, 1):
            old = moment - timedelta(days=days)
            id_ = UUID(int=first_id(old).int + new_id().int % 2**64)
            session.add(AuditEvent(id=id_, created_at=old, action=f"{days}", actor="test"))

    since, until = moment - timedelta(days=2.5), moment - timedelta(days=0.5)
    assert [e["action"] for e in events(tenants.database, EventFilter(since, until))] == ["2", "1"]
    assert delete_old_events(tenants.database, timedelta(days=1.5), 1) == 1
    assert [e["action"] for e in events(tenants.database, EventFilter(None, until))] == ["2", "1"]


def test_administration_and_documents_are_apart(api: Api, tenants: TenantData) -> None:
    with api.database.write() as session:
        new = NewKey("boss", organization_id=tenants.first.principal.organization_id, is_admin=True)
        key = create_key(session, api.secrets, new, actor="command:test")
    boss, customer = api.client(key), api.client(api.key(tenants.first))
    upload(customer)
    upload(api.tenant(tenants, "Other"))

    answer = boss.get("/api/v1/admin/audit-events")
    lines = [json.loads(line) for line in answer.text.splitlines()]

    assert answer.status_code == 200
    assert [line["action"] for line in lines if line["project_id"]] == ["file.uploaded"]
    assert boss.get(FILES).status_code == 403
    assert boss.get("/api/v1/projects").status_code == 200
    assert customer.get("/api/v1/admin/audit-events").status_code == 403


def test_a_purge_leaves_nothing_but_its_proof(api: Api, tenants: TenantData) -> None:
    client = api.client(api.key(tenants.first))
    stays = upload(api.tenant(tenants, "Other"))
    file_id = upload(client)
    create_job(client, file_id)
    deleter = BlobDeleter(api.database, api.blobs)

    purged = purge_project(
        api.database, deleter, tenants.first.project_id, None, actor="command:test"
    )

    assert (purged.jobs, purged.files, purged.blobs, purged.blobs_left) == (1, 1, 1, 0)
    assert client.get(f"{FILES}/{file_id}").status_code == 404
    assert client.get(JOBS).json()["items"] == []
    assert len(list(api.blobs.keys(timedelta(0)))) == 1, f"only that of {stays}"
    found = events(api.database, EventFilter(project_ids=[tenants.first.project_id]))
    assert [e["action"] for e in found][-4:] == [
        *["job.cancelled", "job.deleted", "file.deleted", "project.purged"]
    ]
    assert found[-1]["details"]["files"] == 1
    assert found[-1]["actor"] == "command:test"
