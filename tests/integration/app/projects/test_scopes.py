"""What one organization or project owns does not exist for any other."""

from pathlib import Path
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.db import Database
from app.projects.models import KeyOrigin, Project
from devtools.tenant_data import TenantData
from tests.integration.application import FILES, JOBS, RULES, Api, create_job, upload


@pytest.fixture
def owner(api: Api, tenants: TenantData) -> TestClient:
    return api.tenant(tenants, "Owner")


@pytest.fixture
def other_client(api: Api, tenants: TenantData) -> TestClient:
    """A client with a valid key of another organization."""
    return api.tenant(tenants, "Other")


def ids(client: TestClient, path: str, **query: str) -> list[str]:
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


class TestOrganizations:
    def test_nothing_of_another_organization_is_found(
        self, owner: TestClient, other_client: TestClient
    ) -> None:
        file_id = upload(owner)
        job_id = create_job(owner, file_id)
        project_id = owner.get(f"{JOBS}/{job_id}").json()["project_id"]

        paths = [
            f"{FILES}/{file_id}",
            f"{FILES}/{file_id}/content",
            f"/api/v1/files/{file_id}",
            f"/api/v1/files/{file_id}/content",
            f"{JOBS}/{job_id}",
            f"{JOBS}/{job_id}/results",
            f"/api/v1/projects/{project_id}",
        ]
        assert [owner.get(path).status_code for path in paths] == [200] * len(paths)
        assert [other_client.get(path).status_code for path in paths] == [404] * len(paths)
        assert other_client.delete(f"{FILES}/{file_id}").status_code == 404
        assert owner.get(f"{FILES}/{file_id}").status_code == 200, "it was not deleted"

    def test_a_job_cannot_read_a_file_of_another_organization(
        self, owner: TestClient, other_client: TestClient
    ) -> None:
        file_id = upload(owner)

        answer = other_client.post(JOBS, json={"file_ids": [file_id], "rules": RULES})

        assert answer.status_code == 404
        assert file_id in answer.json()["detail"]

    def test_listings_are_separate(self, owner: TestClient, other_client: TestClient) -> None:
        file_id = upload(owner)
        job_id = create_job(owner, file_id)

        assert (ids(owner, FILES), ids(owner, JOBS)) == ([file_id], [job_id])
        assert (ids(other_client, FILES), ids(other_client, JOBS)) == ([], [])
        assert ids(other_client, FILES, file_ids=file_id) == []
        query = other_client.post(f"{FILES}/query", json={"filter": {"file_ids": [file_id]}})
        assert query.json()["items"] == []
        assert len(other_client.get("/api/v1/projects").json()) == 1
        assert [o["name"] for o in other_client.get("/api/v1/organizations").json()] == ["Other"]

    def test_a_token_of_another_listing_is_refused(
        self, owner: TestClient, other_client: TestClient
    ) -> None:
        upload(owner)
        upload(owner)
        token = owner.get(FILES, params={"page_size": 1}).json()["next_page_token"]

        assert owner.get(FILES, params={"page_token": token}).status_code == 200
        assert other_client.get(FILES, params={"page_token": token}).status_code == 400
        assert owner.get(JOBS, params={"page_token": token}).status_code == 400
        with_filter = {"page_token": token, "file_name": "a.txt"}
        assert owner.get(FILES, params=with_filter).status_code == 400


class TestProjects:
    def test_a_key_of_one_project_sees_that_project_only(
        self, api: Api, tenants: TenantData
    ) -> None:
        wide = api.client(api.key(tenants.first))
        other = tenants.project(tenants.first)
        narrow = api.client(api.key(other, organization_wide=False))
        ours, theirs = upload(wide), upload(narrow)

        assert narrow.get(f"{FILES}/{ours}").status_code == 404
        assert narrow.get(
            FILES, params={"project_id": str(tenants.first.project_id)}
        ).status_code == (404)
        assert [p["id"] for p in narrow.get("/api/v1/projects").json()] == [str(other.project_id)]
        assert ids(narrow, FILES) == [theirs]

    def test_a_wide_key_finds_by_id_in_every_project_and_lists_one(
        self, api: Api, tenants: TenantData
    ) -> None:
        wide = api.client(api.key(tenants.first))
        other = str(tenants.project(tenants.first).project_id)
        in_other = wide.post(
            FILES, files={"file": ("b.txt", b"b")}, params={"project_id": other}
        ).json()
        assert in_other["project_id"] == other
        job_id = create_job(wide, in_other["id"], project_id=other)

        # Clients create in a project and poll without naming it.
        assert wide.get(f"{JOBS}/{job_id}").status_code == 200
        assert ids(wide, FILES) == []
        assert ids(wide, FILES, project_id=other) == [in_other["id"]]
        # Named, a project is a limit.
        here = str(tenants.first.project_id)
        assert wide.get(f"{JOBS}/{job_id}", params={"project_id": here}).status_code == 404
        body = {"file_ids": [in_other["id"]], "rules": RULES}
        refused = wide.post(JOBS, json=body, params={"project_id": here})
        assert f"not found in project {here}: {in_other['id']}" in refused.json()["detail"]

    def test_a_foreign_project_does_not_exist(self, api: Api, tenants: TenantData) -> None:
        foreign = tenants.add("Elsewhere")
        first_key = api.client(api.key(tenants.first, origin=KeyOrigin.BOOTSTRAP))

        answer = first_key.get(FILES, params={"project_id": str(foreign.project_id)})

        assert answer.status_code == 404


class TestAdoption:
    """Code written for the hosted service carries ids that this server has never seen."""

    def projects(self, database: Database) -> int:
        with database.read() as session:
            return session.scalar(select(func.count()).select_from(Project)) or 0

    @pytest.mark.parametrize("origin", [KeyOrigin.BOOTSTRAP, KeyOrigin.ENVIRONMENT])
    def test_the_first_key_of_an_embedded_server_adopts(
        self, api: Api, tenants: TenantData, origin: KeyOrigin
    ) -> None:
        client = api.client(api.key(tenants.first, origin=origin))
        project_id = str(uuid4())

        first = client.post(
            FILES, files={"file": ("a.txt", b"a")}, params={"project_id": project_id}
        )
        again = client.get(FILES, params={"project_id": project_id})

        assert first.json()["project_id"] == project_id
        assert [item["id"] for item in again.json()["items"]] == [first.json()["id"]]
        assert self.projects(api.database) == 2

    def test_another_key_does_not(self, api: Api, tenants: TenantData) -> None:
        client = api.client(api.key(tenants.first, origin=KeyOrigin.COMMAND))

        assert client.get(FILES, params={"project_id": str(uuid4())}).status_code == 404
        assert self.projects(api.database) == 1

    def test_production_does_not(self, tenants: TenantData, tmp_path: Path) -> None:
        api = Api(tenants.database, tmp_path / "data", embedded=False)
        client = api.client(api.key(tenants.first, origin=KeyOrigin.ENVIRONMENT))

        unknown = client.get(FILES, params={"project_id": str(uuid4())})
        organization = client.get(FILES, params={"organization_id": str(uuid4())})

        assert (unknown.status_code, organization.status_code) == (404, 404)
        assert self.projects(api.database) == 1

    def test_any_organization_means_the_only_one_of_an_embedded_server(
        self, api: Api, tenants: TenantData
    ) -> None:
        client = api.client(api.key(tenants.first))

        assert client.get(FILES, params={"organization_id": str(uuid4())}).status_code == 200
