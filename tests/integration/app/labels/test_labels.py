"""Labels: who gives them, what they say, and how long they stay."""

from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.files import service as files
from app.files.deletions import BlobDeleter
from app.labels.models import Label
from app.maintenance.purge import purge_project
from devtools.tenant_data import TenantData
from tests.integration.application import FILES, JOBS, Api, create_job, upload


class Labelled:
    """A client with a job of one file, and its label."""

    def __init__(self, api: Api, tenants: TenantData) -> None:
        self.api = api
        self.tenants = tenants
        self.client = api.client(api.key(tenants.first))
        self.file_id = upload(self.client)
        self.job_id = create_job(self.client, self.file_id)
        self.path = self.label_of(self.job_id)

    def label_of(self, job_id: str) -> str:
        return f"{JOBS}/{job_id}/results/{self.result(job_id)['id']}/label"

    def result(self, job_id: str = "") -> dict[str, object]:
        answer = self.client.get(f"{JOBS}/{job_id or self.job_id}/results")
        (result,) = answer.json()["items"]
        return dict(result)

    def put(self, type_: str | None, client: TestClient | None = None) -> dict[str, object]:
        answer = (client or self.client).put(self.path, json={"type": type_})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def rows(self) -> list[Label]:
        with self.tenants.database.read() as session:
            return list(session.scalars(select(Label)))

    def events(self) -> list[AuditEvent]:
        with self.tenants.database.read() as session:
            return list(
                session.scalars(
                    select(AuditEvent)
                    .where(AuditEvent.action.startswith("label."))
                    .order_by(AuditEvent.id)
                )
            )


@pytest.fixture
def env(api: Api, tenants: TenantData) -> Labelled:
    return Labelled(api, tenants)


def test_a_label_is_shown_with_each_result_of_the_file(env: Labelled) -> None:
    assert env.result()["label"] is None

    given = env.put("a bill of the neighbour")

    assert env.result()["label"] == given
    assert given["type"] == "a bill of the neighbour"
    assert str(given["author"]).startswith("key:")
    later = create_job(env.client, env.file_id)
    assert env.result(later)["label"] == given


def test_null_is_a_label_too(env: Labelled) -> None:
    given = env.put(None)

    assert given["type"] is None
    assert env.result()["label"] == given


def test_a_later_label_replaces_the_first(env: Labelled) -> None:
    first = env.put("recipe")
    other = env.api.client(env.api.key(env.tenants.first))

    second = env.put("invoice", other)

    assert (second["type"], second["created_at"]) == ("invoice", first["created_at"])
    assert second["author"] != first["author"]
    (row,) = env.rows()
    assert (str(row.file_id), str(row.job_id)) == (env.file_id, env.job_id)


def test_each_change_is_in_the_audit_log(env: Labelled) -> None:
    env.put("recipe")
    env.put("recipe")  # changes nothing
    env.put(None)
    assert env.client.delete(env.path).status_code == 204

    events = env.events()
    assert [event.action for event in events] == ["label.set", "label.set", "label.deleted"]
    assert {event.project_id for event in events} == {env.tenants.first.project_id}
    assert events[0].details == {"job_id": env.job_id, "file_id": env.file_id}
    assert events[0].actor.startswith("key:")


def test_a_deleted_label_is_gone(env: Labelled) -> None:
    env.put("recipe")

    assert env.client.delete(env.path).status_code == 204
    assert env.result()["label"] is None
    again = env.client.delete(env.path)
    assert (again.status_code, "has no label" in again.json()["detail"]) == (404, True)


@pytest.mark.parametrize(
    "body", [{}, {"type": ""}, {"type": "x" * 51}, {"type": "a/b"}, {"type": 1}]
)
def test_a_type_that_no_rule_could_have_is_refused(env: Labelled, body: dict[str, object]) -> None:
    assert env.client.put(env.path, json=body).status_code == 422
    assert env.rows() == []


def test_a_label_survives_its_job(env: Labelled) -> None:
    env.put("recipe")
    env.client.post(f"{JOBS}/{env.job_id}/cancel")
    assert env.client.delete(f"{JOBS}/{env.job_id}").status_code == 204

    later = create_job(env.client, env.file_id)

    assert env.result(later)["label"]["type"] == "recipe"  # type: ignore[index]


def test_a_label_goes_with_its_file(env: Labelled) -> None:
    env.put("recipe")

    env.client.delete(f"/api/v1/files/{env.file_id}")

    assert env.rows() == []
    assert env.result()["label"] is None
    answer = env.client.put(env.path, json={"type": "recipe"})
    assert (answer.status_code, "was deleted" in answer.json()["detail"]) == (404, True)


def test_retention_takes_the_label_with_the_file(env: Labelled) -> None:
    env.put("recipe")

    with env.tenants.database.write() as session:
        assert files.discard(session, UUID(env.file_id), actor="server")

    assert env.rows() == []


def test_a_purge_counts_and_deletes_labels(env: Labelled) -> None:
    env.put("recipe")
    deleter = BlobDeleter(env.tenants.database, env.api.blobs)
    project_id = env.tenants.first.project_id

    counts = purge_project(env.tenants.database, deleter, project_id, None, actor="command:me")

    assert (counts.labels, env.rows()) == (1, [])


def test_projects_of_an_organization_have_labels_of_their_own(env: Labelled) -> None:
    """An organization-wide key may use a file of one project in a job of another one."""
    project_id = str(env.tenants.project(env.tenants.first).project_id)
    answer = env.client.post(
        FILES, files={"file": ("a.txt", b"INVOICE 1")}, params={"project_id": project_id}
    )
    file_id = answer.json()["id"]
    ours = create_job(env.client, file_id)
    theirs = create_job(env.client, file_id, project_id=project_id)
    assert env.client.put(env.label_of(ours), json={"type": "recipe"}).status_code == 200

    assert env.result(theirs)["label"] is None
    deleter = BlobDeleter(env.tenants.database, env.api.blobs)
    counts = purge_project(
        env.tenants.database, deleter, env.tenants.first.project_id, None, actor="command:me"
    )

    assert (counts.labels, env.rows()) == (1, [])
    assert env.client.get(f"/api/v1/files/{file_id}").status_code == 200


def test_a_result_of_another_job_is_not_found(env: Labelled) -> None:
    other = create_job(env.client, env.file_id)
    path = f"{JOBS}/{other}/results/{env.result()['id']}/label"

    assert env.client.put(path, json={"type": "recipe"}).status_code == 404
