"""Projects: the look-ups of clients, and the reach of a key."""

import uuid
from collections.abc import Iterator

import httpx2
import pytest
from llama_cloud import LlamaCloud, NotFoundError

from app.db import Database
from app.projects.models import Organization, Project
from devtools.server import RunningServer
from tests.contract.conftest import Run, Upload
from tests.contract.texts import INVOICE, RULES

JOBS = "/api/v1/classifier/jobs"


@pytest.fixture(scope="module")
def database(server: RunningServer) -> Iterator[Database]:
    """The server's database: no command makes a second project or organization yet."""
    url = server.environment.get("PIGEONHOLE_DATABASE_URL") or (
        f"sqlite:///{server.data_dir / 'pigeonhole.db'}"
    )
    database = Database(url.replace("postgresql://", "postgresql+psycopg://", 1))
    yield database
    database.close()


@pytest.fixture(scope="module")
def other_project(database: Database, client: LlamaCloud, a_file: str) -> str:
    """A second project in the organization of the first one."""
    first = uuid.UUID(client.files.retrieve(a_file).project_id)
    with database.write() as session:
        organization_id = session.get_one(Project, first).organization_id
        project = Project(organization_id=organization_id, name="Second")
        session.add(project)
        session.flush()
        return str(project.id)


@pytest.fixture(scope="module")
def neighbour(server: RunningServer, other_project: str) -> Iterator[LlamaCloud]:
    """A client whose key sees the second project only."""
    key = server.run(
        *["keys", "--data-dir", str(server.data_dir)],
        *["create", "neighbour", "--project-id", other_project],
    ).split()[-1]
    with LlamaCloud(base_url=server.base_url, api_key=key) as client:
        yield client


def test_projects_and_organizations(http: httpx2.Client, client: LlamaCloud, a_file: str) -> None:
    own = client.files.retrieve(a_file).project_id
    projects = http.get("/api/v1/projects").json()
    project = next(project for project in projects if project["id"] == own)
    assert project["is_default"] is True
    organizations = http.get("/api/v1/organizations").json()
    assert project["organization_id"] in [organization["id"] for organization in organizations]
    assert set(organizations[0]) == {"id", "name"}
    assert http.get(f"/api/v1/projects/{own}").json() == project
    assert http.get(f"/api/v1/projects/{uuid.uuid4()}").status_code == 404
    named = http.get("/api/v1/projects", params={"project_name": project["name"]}).json()
    assert named == [project]
    assert http.get("/api/v1/projects", params={"project_name": "no such name"}).json() == []


@pytest.mark.parametrize("name", ["project_id", "organization_id"])
def test_the_ids_of_old_code(server: RunningServer, http: httpx2.Client, name: str) -> None:
    """The embedded server adopts the project that old code names; production refuses it."""
    answer = http.get(JOBS, params={name: str(uuid.uuid4())})
    assert answer.status_code == (200 if server.mode == "embedded" else 404)


@pytest.mark.parametrize("name", ["project_id", "organization_id"])
def test_a_project_id_that_is_none(http: httpx2.Client, name: str) -> None:
    answer = http.get(JOBS, params={name: "default"})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", name]


def test_a_key_of_another_project_sees_nothing(
    client: LlamaCloud, neighbour: LlamaCloud, upload: Upload, run: Run
) -> None:
    file_id = upload(INVOICE)
    job, _ = run([file_id])
    for call, id_ in (
        (neighbour.files.retrieve, file_id),
        (neighbour.files.content, file_id),
        (neighbour.files.delete, file_id),
        (neighbour.classifier.jobs.get, job.id),
        (neighbour.classifier.jobs.get_results, job.id),
    ):
        with pytest.raises(NotFoundError):
            call(id_)
    with pytest.raises(NotFoundError, match=file_id):
        neighbour.classifier.jobs.create(file_ids=[file_id], rules=RULES)
    assert list(neighbour.files.list(file_ids=[file_id])) == []
    assert job.id not in [listed.id for listed in neighbour.classifier.jobs.list()]
    assert client.files.retrieve(file_id).id == file_id


def test_a_key_cannot_name_a_project_that_it_may_not_use(
    client: LlamaCloud, neighbour: LlamaCloud, a_file: str
) -> None:
    foreign = client.files.retrieve(a_file).project_id
    with pytest.raises(NotFoundError):
        neighbour.files.list(project_id=foreign)
    with pytest.raises(NotFoundError):
        neighbour.files.create(file=("a.txt", b"x"), purpose="classify", project_id=foreign)


def test_a_key_of_one_project_does_not_adopt(neighbour: LlamaCloud) -> None:
    with pytest.raises(NotFoundError):
        neighbour.classifier.jobs.list(project_id=str(uuid.uuid4()))


def test_a_project_of_another_organization(
    database: Database, client: LlamaCloud, a_file: str
) -> None:
    with database.write() as session:
        organization = Organization(name="Another")
        session.add(organization)
        session.flush()
        project = Project(organization_id=organization.id, name="Not ours")
        session.add(project)
        session.flush()
        foreign = str(project.id)
    with pytest.raises(NotFoundError):
        client.classifier.jobs.create(file_ids=[a_file], rules=RULES, project_id=foreign)


def test_the_first_key_works_in_each_project(
    client: LlamaCloud, other_project: str, neighbour: LlamaCloud
) -> None:
    file = client.files.create(
        file=("a.txt", INVOICE.encode()), purpose="classify", project_id=other_project
    )
    assert file.project_id == other_project
    assert neighbour.files.retrieve(file.id).id == file.id
    job = client.classifier.jobs.create(file_ids=[file.id], rules=RULES, project_id=other_project)
    assert job.project_id == other_project
    # The npm helper names the project when it creates a job and not when it polls.
    assert client.classifier.jobs.get(job.id).project_id == other_project
    assert neighbour.classifier.jobs.get(job.id).id == job.id
