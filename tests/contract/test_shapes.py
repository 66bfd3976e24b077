"""Every endpoint of the original API, in each state that it can be in, against `shapes`."""

import uuid
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from pydantic import TypeAdapter

from devtools.server import RunningServer
from devtools.waiting import until
from tests.contract.shapes import (
    DeletedV2,
    FileV1,
    FileV2,
    JobV1,
    JobV2,
    Organization,
    Page,
    Presigned,
    PresignedUpload,
    Problems,
    Project,
    ResultsV1,
    SavedConfiguration,
    SavedWebhook,
    Sentence,
)
from tests.contract.texts import BROKEN_PDF, INVOICE, RULES

JOBS = "/api/v1/classifier/jobs"
JOB = f"{JOBS}/{{classify_job_id}}"
FIRST_FILES = "/api/v1/files"
FIRST_FILE = f"{FIRST_FILES}/{{file_id}}"
FILES = "/api/v1/beta/files"
FILE = f"{FILES}/{{file_id}}"
CLASSIFY = "/api/v2/classify"
CLASSIFIED = f"{CLASSIFY}/{{job_id}}"
CONFIGURATIONS = "/api/v1/beta/configurations"
CONFIGURATION = f"{CONFIGURATIONS}/{{configuration_id}}"
WEBHOOKS = "/api/v1/beta/webhook-configs"
WEBHOOK = f"{WEBHOOKS}/{{webhook_id}}"

NOTHING = None
# What each endpoint answers when all is well: the status and the shape.
ANSWERS: dict[tuple[str, str], tuple[int, Any]] = {
    ("POST", JOBS): (200, JobV1),
    ("GET", JOBS): (200, Page[JobV1]),
    ("GET", JOB): (200, JobV1),
    ("GET", f"{JOB}/results"): (200, ResultsV1),
    ("POST", f"{JOB}/cancel"): (200, JobV1),
    ("DELETE", JOB): (204, NOTHING),
    ("POST", FIRST_FILES): (200, FileV1),
    ("PUT", FIRST_FILES): (200, PresignedUpload),
    ("GET", FIRST_FILE): (200, FileV1),
    ("GET", f"{FIRST_FILE}/content"): (200, Presigned),
    ("DELETE", FIRST_FILE): (204, NOTHING),
    ("POST", FILES): (201, FileV2),
    ("GET", FILES): (200, Page[FileV2]),
    ("POST", f"{FILES}/query"): (200, Page[FileV2]),
    ("GET", FILE): (200, FileV2),
    ("GET", f"{FILE}/content"): (200, Presigned),
    ("DELETE", FILE): (204, NOTHING),
    ("GET", "/api/v1/projects"): (200, list[Project]),
    ("GET", "/api/v1/projects/{wanted_id}"): (200, Project),
    ("GET", "/api/v1/organizations"): (200, list[Organization]),
    ("POST", CLASSIFY): (200, JobV2),
    ("GET", CLASSIFY): (200, Page[JobV2]),
    ("GET", CLASSIFIED): (200, JobV2),
    ("POST", f"{CLASSIFIED}/cancel"): (200, JobV2),
    ("DELETE", CLASSIFIED): (200, DeletedV2),
    ("POST", CONFIGURATIONS): (201, SavedConfiguration),
    ("GET", CONFIGURATIONS): (200, Page[SavedConfiguration]),
    ("GET", CONFIGURATION): (200, SavedConfiguration),
    ("PUT", CONFIGURATION): (200, SavedConfiguration),
    ("DELETE", CONFIGURATION): (204, NOTHING),
    ("POST", WEBHOOKS): (200, SavedWebhook),
    ("GET", WEBHOOKS): (200, list[SavedWebhook]),
    ("GET", "/api/v2/webhook-configs"): (200, Page[SavedWebhook]),
    ("GET", WEBHOOK): (200, SavedWebhook),
    ("PUT", WEBHOOK): (200, SavedWebhook),
    ("DELETE", WEBHOOK): (204, NOTHING),
}
# Endpoints that the original never had: their own tests look at them.
OURS = (
    "/api/v1/admin/",
    f"{JOB}/webhooks",
    f"{JOB}/results/",  # labels
    f"{CLASSIFIED}/label",
    "/api/v1/classifier/labels",
    "/api/v1/classifier/quality",
    "/api/v1/classifier/rules/",
    "/api/v1/classifier/triage",
    f"{FIRST_FILE}/pages/",
    f"{CONFIGURATION}/versions",
    "/api/v1/status",
    "/livez",
    "/readyz",
)

# No type of RULES fits this one.
NEITHER = "The tide tables of Port Selwyn: high water at 03.12 and 15.40, low water at 09.25."


class Caller:
    """Sends requests and holds each answer against its shape; remembers where it has been."""

    def __init__(self, http: httpx2.Client) -> None:
        self.http = http
        self.visited: set[tuple[str, str]] = set()

    def __call__(self, method: str, path: str, *ids: str, **options: Any) -> Any:
        status, shape = ANSWERS[method, path]
        self.visited.add((method, path))
        answer = self.http.request(method, fill(path, *ids), **options)
        assert answer.status_code == status, answer.text
        if shape is NOTHING:
            assert answer.content == b""
            # Clients that do not expect an empty answer parse whatever says that it is JSON.
            assert "content-type" not in answer.headers
            return None
        return checked(answer, shape)

    def upload(self, content: str | bytes, name: str) -> str:
        data = content.encode() if isinstance(content, str) else content
        file = self("POST", FILES, files={"file": (name, data)}, data={"purpose": "classify"})
        return str(file["id"])

    def ended(self, path: str, job_id: str) -> Any:
        def is_over() -> bool:
            return self("GET", path, job_id)["status"] not in ("PENDING", "RUNNING")

        until(is_over, f"the end of job {job_id}")
        return self("GET", path, job_id)


def fill(path: str, *ids: str) -> str:
    names = [part for part in path.split("/") if part.startswith("{")]
    assert len(names) == len(ids), path
    for name, value in zip(names, ids, strict=True):
        path = path.replace(name, value)
    return path


def checked(answer: httpx2.Response, shape: Any) -> Any:
    assert answer.headers["Content-Type"] == "application/json"
    TypeAdapter(shape).validate_json(answer.content)
    return answer.json()


@pytest.fixture
def call(http: httpx2.Client) -> Caller:
    return Caller(http)


@pytest.fixture
def one_request(server: RunningServer) -> Iterator[httpx2.Client]:
    """A client whose key may send one request a minute."""
    where = ["--data-dir", str(server.data_dir)]
    name = f"limited {uuid.uuid4()}"
    server.run("projects", *where, "create", name)
    with httpx2.Client(
        base_url=server.base_url,
        headers={"Authorization": f"Bearer {server.api_key}"},
        trust_env=False,
    ) as client:
        (project,) = client.get("/api/v1/projects", params={"project_name": name}).json()
    server.run("projects", *where, "limit", project["id"], "--requests-per-minute", "1")
    key = server.run(*["keys", *where, "create", "limited", "--project-id", project["id"]]).split()[
        -1
    ]
    with httpx2.Client(
        base_url=server.base_url, headers={"Authorization": f"Bearer {key}"}, trust_env=False
    ) as client:
        yield client


def walk_files(call: Caller) -> None:
    upload = {"upload_file": ("a.txt", INVOICE.encode())}
    first = call("POST", FIRST_FILES, files=upload, params={"external_file_id": "ours"})
    call("GET", FIRST_FILE, first["id"])
    call("GET", f"{FIRST_FILE}/content", first["id"])
    promised = call("PUT", FIRST_FILES, json={"name": "b.txt", "file_size": 2})
    assert call.http.put(promised["url"], content=b"ab").status_code == 204
    assert call("GET", FIRST_FILE, f"dfl-{promised['file_id']}")["name"] == "b.txt"
    call("DELETE", FIRST_FILE, promised["file_id"])

    assert call("GET", FILE, f"dfl-{first['id']}")["download_url"] is None
    assert call("GET", FILE, first["id"], params={"expand": "download_url"})["download_url"]
    call("GET", f"{FILE}/content", first["id"])
    ids = {"file_ids": [first["id"]]}
    page = call("GET", FILES, params={**ids, "expand": "download_url", "order_by": "name desc"})
    assert [file["external_file_id"] for file in page["items"]] == ["ours"]
    assert page["items"][0]["download_url"]
    call("GET", FILES, params={"page_size": 1, "include_total": True})
    call("POST", f"{FILES}/query", json={"filter": ids, "page_size": 0})
    call("DELETE", FILE, first["id"])


def walk_projects(call: Caller) -> None:
    call("GET", "/api/v1/organizations")
    for project in call("GET", "/api/v1/projects"):
        call("GET", "/api/v1/projects/{wanted_id}", project["id"])


def walk_jobs(call: Caller) -> None:
    good, broken = call.upload(INVOICE, "good.txt"), call.upload(BROKEN_PDF, "broken.pdf")
    neither = call.upload(NEITHER, "neither.txt")
    ends = {}
    for files in ([good, neither], [good, broken], [broken]):
        job = call("POST", JOBS, json={"file_ids": files, "rules": RULES})
        assert job["status"] == "PENDING"
        call("GET", f"{JOB}/results", job["id"])
        end = call.ended(JOB, job["id"])["status"]
        ends[end] = call("GET", f"{JOB}/results", job["id"])["items"]
    assert list(ends) == ["SUCCESS", "PARTIAL_SUCCESS", "ERROR"]
    assert [item["result"]["type"] for item in ends["SUCCESS"]] == ["invoice", None]
    assert [item["result"] is None for item in ends["PARTIAL_SUCCESS"]] == [False, True]
    assert [item["error"]["code"] for item in ends["ERROR"]] == ["corrupt"]
    label = fill(f"{JOB}/results/{{item_id}}/label", job["id"], ends["ERROR"][0]["id"])
    assert call.http.put(label, json={"type": "invoice"}).status_code == 200
    (labelled,) = call("GET", f"{JOB}/results", job["id"])["items"]
    assert labelled["label"]["type"] == "invoice"

    parsing = {"target_pages": [0], "max_pages": 0}
    many = {"file_ids": [good] * 60, "rules": RULES, "parsing_configuration": parsing}
    job = call("POST", JOBS, json={**many, "mode": "MULTIMODAL", "min_confidence": 1})
    assert call("POST", f"{JOB}/cancel", job["id"])["status"] == "CANCELLED"
    assert len(call("GET", f"{JOB}/results", job["id"])["items"]) == 60
    page = call("GET", JOBS, params={"page_size": 1, "include_total": True})
    call("GET", JOBS, params={"page_token": page["next_page_token"]})
    call("DELETE", JOB, job["id"])


def walk_single_jobs(call: Caller) -> None:
    good, broken = call.upload(INVOICE, "good.txt"), call.upload(BROKEN_PDF, "broken.pdf")
    neither = call.upload(NEITHER, "neither.txt")
    configuration = {"rules": RULES}
    ends = []
    for file in (good, f"dfl-{neither}", broken):
        body = {"file_input": file, "configuration": configuration}
        job = call("POST", CLASSIFY, json={**body, "transaction_id": str(uuid.uuid4())})
        job = call.ended(CLASSIFIED, job["id"])
        ends.append((job["status"], job["result"] and job["result"]["type"]))
    assert ends == [("COMPLETED", "invoice"), ("COMPLETED", None), ("FAILED", None)]
    assert call("GET", CLASSIFIED, job["id"], params={"expand": "usage"})["usage"]
    page = call("GET", CLASSIFY, params={"page_size": 1, "include_total": True})
    call("GET", CLASSIFY, params={"page_token": page["next_page_token"], "page_size": 1})
    call("DELETE", CLASSIFIED, job["id"])

    parsing = {"lang": "tlh", "max_pages": 2, "target_pages": "1,3-5"}
    parameters = {"rules": RULES, "parsing_configuration": parsing, "min_confidence": 0.5}
    saved = call(
        *("POST", CONFIGURATIONS),
        json={"name": "shapes", "parameters": {**parameters, "product_type": "classify_v2"}},
    )
    job = cancelled(call, {"file_id": good, "configuration_id": saved["id"]})
    assert (job["status"], job["result"]) == ("CANCELLED", None)
    assert job["warnings"]
    listed = call("GET", CLASSIFY, params={"status": "CANCELLED", "job_ids": [job["id"]]})
    assert [one["id"] for one in listed["items"]] == [job["id"]]
    call("GET", CONFIGURATIONS, params={"name": "shapes"})
    call("GET", CONFIGURATION, saved["id"])
    call("PUT", CONFIGURATION, saved["id"], json={"name": "other shapes"})
    call("DELETE", CONFIGURATION, saved["id"])


def cancelled(call: Caller, body: dict[str, object]) -> Any:
    """Cancel a job before it ends, which an idle worker does within moments."""
    for _ in range(20):
        job = call("POST", CLASSIFY, json=body)
        answer = call.http.post(fill(f"{CLASSIFIED}/cancel", job["id"]))
        if answer.status_code == 200:
            call.visited.add(("POST", f"{CLASSIFIED}/cancel"))
            return checked(answer, JobV2)
        assert checked(answer, Sentence), answer.text
        assert answer.status_code == 409
    raise AssertionError("every job ended before it could be cancelled")


def walk_webhooks(call: Caller) -> None:
    webhook = call(
        *("POST", WEBHOOKS),
        json={"webhook_url": "https://example.com/", "webhook_signing_secret": "ours"},
    )
    assert webhook["has_secret"] is True
    call("GET", WEBHOOKS)
    call("GET", "/api/v2/webhook-configs", params={"page_size": 1, "include_total": True})
    call("GET", WEBHOOK, webhook["id"])
    call("PUT", WEBHOOK, webhook["id"], json={"webhook_events": ["classify.success"]})
    call("DELETE", WEBHOOK, webhook["id"])


def test_every_answer_has_its_shape(call: Caller) -> None:
    for walk in (walk_files, walk_projects, walk_jobs, walk_single_jobs, walk_webhooks):
        walk(call)
    assert call.visited == set(ANSWERS)


def test_hints_about_rules_come_from_a_worker(http: httpx2.Client) -> None:
    bill = {"type": "bill", "description": RULES[0]["description"]}

    def hints() -> list[Any] | None:
        answer = http.post("/api/v1/classifier/rules/lint", json={"rules": [RULES[0], bill]})
        assert answer.status_code in (200, 202), answer.text
        found: list[Any] | None = answer.json().get("hints")
        return found

    assert [hint["rules"] for hint in until(hints, "the hints") or []] == [[0, 1]]


def test_every_endpoint_has_a_shape(anonymous: httpx2.Client) -> None:
    paths = anonymous.get("/openapi.json").json()["paths"]
    served = {
        (method.upper(), path)
        for path, methods in paths.items()
        if not path.startswith(OURS)
        for method in methods
    }
    assert served == set(ANSWERS)


@pytest.mark.parametrize(("method", "path"), sorted(ANSWERS))
def test_every_endpoint_refuses_in_one_shape(
    anonymous: httpx2.Client, http: httpx2.Client, method: str, path: str
) -> None:
    ids = [str(uuid.uuid4())] * path.count("{")
    answer = anonymous.request(method, fill(path, *ids))
    assert answer.status_code == 401
    checked(answer, Sentence)
    if ids:
        body = b"{}" if method == "PUT" else None
        unknown = http.request(method, fill(path, *ids), content=body)
        assert unknown.status_code == 404
        checked(unknown, Sentence)
        strange = http.request(method, fill(path, *["strange"] * len(ids)), content=body)
        assert strange.status_code == 422
        checked(strange, Problems)
    elif method in ("POST", "PUT"):
        empty = http.request(method, path, content=b"{", headers={"Content-Type": "text/json"})
        assert empty.status_code == 422
        checked(empty, Problems)


def test_deleting_an_open_job_is_a_conflict(call: Caller) -> None:
    file = call.upload(INVOICE, "a.txt")
    job = call("POST", JOBS, json={"file_ids": [file] * 60, "rules": RULES})
    answer = call.http.delete(fill(JOB, job["id"]))
    assert answer.status_code == 409
    assert answer.headers["x-should-retry"] == "false"
    checked(answer, Sentence)


def test_a_file_that_is_too_large(http: httpx2.Client) -> None:
    answer = http.put(FIRST_FILES, json={"name": "a", "file_size": 2**40})
    assert answer.status_code == 413
    checked(answer, Sentence)


def test_too_many_requests(one_request: httpx2.Client) -> None:
    assert one_request.get(FILES).status_code == 200
    answer = one_request.get(FILES)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    checked(answer, Sentence)
