"""Version 2 on the wire, through the whole program. The newest client drives it in tests/sdks."""

import time
import uuid
from typing import Any

import httpx2

from app.webhooks.signing import verify
from devtools.receiver import Receiver
from devtools.waiting import until
from tests.contract.answers import RESULT_FIELDS, is_moment, json_of
from tests.contract.conftest import Upload
from tests.contract.texts import BROKEN_PDF, INVOICE, RECIPE, RULES

JOBS = "/api/v2/classify"
CONFIGURATIONS = "/api/v1/beta/configurations"
WEBHOOKS = "/api/v1/beta/webhook-configs"
SECRET = "a secret of the tests"

# Our extensions: `file_name`, `error`, `warnings`, `label`, and all but three fields of a result.
JOB_FIELDS = {
    "id",
    "project_id",
    "user_id",
    "status",
    "configuration",
    "configuration_id",
    "file_input",
    "document_input_type",
    "document_input_value",
    "file_name",
    "parse_job_id",
    "transaction_id",
    "result",
    "error_message",
    "error",
    "warnings",
    "label",
    "usage",
    "created_at",
    "updated_at",
}


def create(http: httpx2.Client, file_id: str, **body: object) -> dict[str, Any]:
    job: dict[str, Any] = json_of(
        http.post(JOBS, json={"file_input": file_id, "configuration": {"rules": RULES}, **body})
    )
    return job


def finished(http: httpx2.Client, job: dict[str, Any]) -> dict[str, Any]:
    def read() -> dict[str, Any]:
        found: dict[str, Any] = json_of(http.get(f"{JOBS}/{job['id']}"))
        return found

    until(lambda: read()["status"] not in ("PENDING", "RUNNING"), "the end of the job")
    return read()


def test_a_job_from_beginning_to_end(http: httpx2.Client, upload: Upload) -> None:
    job = create(http, upload(INVOICE), transaction_id=str(uuid.uuid4()))
    assert set(job) == JOB_FIELDS
    assert job["status"] == "PENDING"
    assert uuid.UUID(job["id"])
    assert uuid.UUID(job["project_id"])
    assert is_moment(job["created_at"])
    assert is_moment(job["updated_at"])

    done = finished(http, job)
    assert set(done) == JOB_FIELDS
    assert done["status"] == "COMPLETED"
    assert set(done["result"]) == RESULT_FIELDS
    assert '"invoice" (' in done["result"]["summary"]
    assert done["result"]["candidates"][0]["type"] == "invoice"
    assert set(done["result"]["evidence"][0]) == {"page", "quote"}
    assert done["result"]["type"] == "invoice"
    again = create(http, upload(RECIPE), transaction_id=done["transaction_id"])
    assert again == done
    assert http.post(f"{JOBS}/{job['id']}/cancel").status_code == 409
    deleted = json_of(http.delete(f"{JOBS}/{job['id']}"))
    assert deleted == {"id": job["id"], "project_id": job["project_id"]}
    assert http.get(f"{JOBS}/{job['id']}").status_code == 404


def test_a_file_that_cannot_be_read(http: httpx2.Client, upload: Upload) -> None:
    job = finished(http, create(http, upload(BROKEN_PDF, "broken.pdf")))

    assert (job["status"], job["result"]) == ("FAILED", None)
    assert job["error"]["code"] == "corrupt"
    assert job["error_message"] == f"broken.pdf: {job['error']['message']}"


def test_a_type_that_is_not_sure_enough(http: httpx2.Client, a_file: str) -> None:
    configuration = {"rules": RULES, "min_confidence": 1}
    job = finished(http, create(http, a_file, configuration=configuration))

    assert job["configuration"]["min_confidence"] == 1
    assert job["result"]["type"] is None
    assert job["result"]["candidates"][0]["type"] == "invoice"
    assert "(min_confidence)" in job["result"]["reasoning"]


def test_a_saved_configuration_keeps_its_examples(http: httpx2.Client, upload: Upload) -> None:
    examples = [{"file_id": upload(RECIPE), "text": None}, {"file_id": None, "text": RECIPE}]
    rules = [RULES[0], {**RULES[1], "examples": examples}]
    parameters = {"product_type": "classify_v2", "rules": rules, "min_confidence": 0.25}
    saved = json_of(
        http.post(CONFIGURATIONS, json={"name": "shown", "parameters": parameters}), 201
    )
    job = create(http, upload(RECIPE), configuration=None, configuration_id=saved["id"])
    done = finished(http, job)

    assert saved["parameters"]["rules"][1]["examples"] == examples
    assert saved["parameters"]["min_confidence"] == 0.25
    assert done["configuration"]["min_confidence"] == 0.25
    assert done["result"]["type"] == "recipe"
    assert "2 examples of yours" in done["result"]["reasoning"]


def test_an_example_that_is_not_there(http: httpx2.Client, a_file: str) -> None:
    unknown = str(uuid.uuid4())
    rules = [{**RULES[0], "examples": [{"file_id": unknown}]}]
    answer = http.post(JOBS, json={"file_input": a_file, "configuration": {"rules": rules}})

    assert answer.status_code == 404
    assert unknown in answer.json()["detail"]


def test_pages_that_are_not_there(http: httpx2.Client, a_file: str) -> None:
    configuration = {"rules": RULES, "parsing_configuration": {"target_pages": "2-3"}}
    job = finished(http, create(http, a_file, configuration=configuration))

    assert job["error"] == {
        "code": "no_such_pages",
        "message": "none of the target_pages exists: the document has 1 page",
    }


def test_a_saved_configuration_and_a_saved_webhook(http: httpx2.Client, upload: Upload) -> None:
    with Receiver() as receiver:
        parameters = {"product_type": "classify_v2", "rules": RULES}
        configuration = json_of(
            http.post(CONFIGURATIONS, json={"name": "letters", "parameters": parameters}), 201
        )
        webhook = json_of(
            http.post(
                WEBHOOKS,
                json={
                    "webhook_url": receiver.url("/saved"),
                    "webhook_signing_secret": SECRET,
                    "webhook_headers": {"X-Ours": "yes"},
                    "webhook_output_format": "json",
                },
            )
        )
        job = create(
            http,
            upload(INVOICE),
            configuration=None,
            configuration_id=configuration["id"],
            webhook_configuration_ids=[webhook["id"]],
        )
        done = finished(http, job)
        receiver.wait_for(lambda receiver: receiver.at("/saved"))
    (received,) = receiver.at("/saved")

    assert (done["configuration_id"], done["result"]["type"]) == (configuration["id"], "invoice")
    event = received.event()
    assert (event["event_type"], event["data"]["job_id"]) == ("classify.success", job["id"])
    assert received.headers["X-Ours"] == "yes"
    verify(SECRET, received.headers, received.body, at=time.time(), tolerance=300)


def test_the_description_names_every_route(anonymous: httpx2.Client) -> None:
    paths = json_of(anonymous.get("/openapi.json"))["paths"]

    described = {
        (method, path)
        for path, methods in paths.items()
        if path.startswith(("/api/v2/", CONFIGURATIONS, WEBHOOKS))
        for method in methods
    }
    assert described == {
        ("post", JOBS),
        ("get", JOBS),
        ("get", f"{JOBS}/{{job_id}}"),
        ("put", f"{JOBS}/{{job_id}}/label"),
        ("delete", f"{JOBS}/{{job_id}}/label"),
        ("post", f"{JOBS}/{{job_id}}/cancel"),
        ("delete", f"{JOBS}/{{job_id}}"),
        ("post", CONFIGURATIONS),
        ("get", CONFIGURATIONS),
        ("get", f"{CONFIGURATIONS}/{{configuration_id}}"),
        ("put", f"{CONFIGURATIONS}/{{configuration_id}}"),
        ("delete", f"{CONFIGURATIONS}/{{configuration_id}}"),
        ("get", f"{CONFIGURATIONS}/{{configuration_id}}/versions"),
        ("post", WEBHOOKS),
        ("get", WEBHOOKS),
        ("get", f"{WEBHOOKS}/{{webhook_id}}"),
        ("put", f"{WEBHOOKS}/{{webhook_id}}"),
        ("delete", f"{WEBHOOKS}/{{webhook_id}}"),
        ("get", "/api/v2/webhook-configs"),
    }
