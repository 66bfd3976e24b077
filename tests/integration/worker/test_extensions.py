"""Examples, a least confidence, candidates and evidence: from the request to the results."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.files import service as files
from tests.integration.application import JOBS, Api, upload
from tests.integration.worker.pipeline_environment import INVOICE, PipelineEnvironment

RULES: list[dict[str, object]] = [
    {"type": "invoice", "description": "A bill with a total to pay."},
    {"type": "recipe", "description": "Cooking instructions for a dish."},
    {"type": "letter", "description": "A personal letter to a friend."},
    {"type": "poem", "description": "A text in verses, with or without rhymes."},
]
SHOWN = "Bill no. 8, for the repair of a bicycle. Total to pay: 80 euros within 14 days."


@pytest.fixture
def client(pipeline_env: PipelineEnvironment, tmp_path: Path) -> TestClient:
    api = Api(pipeline_env.tenants.database, tmp_path / "api")
    return api.client(api.key(pipeline_env.tenants.first))


def outcome(
    pipeline_env: PipelineEnvironment, client: TestClient, **asked: object
) -> dict[str, object]:
    """Run a job of one invoice to its end and return its result."""
    body = {"file_ids": [str(pipeline_env.file())], "rules": RULES, **asked}
    answer = client.post(JOBS, json=body)
    assert answer.status_code == 200, answer.text
    pipeline_env.run()
    (item,) = client.get(f"{JOBS}/{answer.json()['id']}/results").json()["items"]
    result: dict[str, object] = item["result"]
    return result


def with_examples(*examples: dict[str, str]) -> list[dict[str, object]]:
    return [{**RULES[0], "examples": list(examples)}, *RULES[1:]]


def test_candidates_and_evidence(pipeline_env: PipelineEnvironment, client: TestClient) -> None:
    result = outcome(pipeline_env, client)

    candidates, evidence = result["candidates"], result["evidence"]
    assert isinstance(candidates, list)
    assert isinstance(evidence, list)
    assert len(candidates) == 3
    assert candidates[0]["type"] == result["type"] == "invoice"
    assert candidates[0]["confidence"] == pytest.approx(result["confidence"], abs=1e-4)
    assert candidates[1]["confidence"] >= candidates[2]["confidence"]
    assert all(0 <= each["confidence"] <= 1 for each in candidates)
    assert [each["page"] for each in evidence] == [0]
    assert evidence[0]["quote"] in INVOICE


def test_a_type_that_is_not_sure_enough_becomes_null(
    pipeline_env: PipelineEnvironment, client: TestClient
) -> None:
    plain = outcome(pipeline_env, client, min_confidence=0)
    strict = outcome(pipeline_env, client, min_confidence=1)

    assert plain["type"] == "invoice"
    assert strict["type"] is None
    assert strict["confidence"] == plain["confidence"]
    summary = str(strict["summary"])
    assert '"invoice"' in summary
    assert "at least 100% (min_confidence)" in summary
    assert strict["details"] == plain["details"]
    assert strict["candidates"] != []


def test_examples_are_compared_and_the_reasoning_says_so(
    pipeline_env: PipelineEnvironment, client: TestClient
) -> None:
    file_id = str(pipeline_env.file(SHOWN))
    plain = outcome(pipeline_env, client)
    shown = outcome(
        pipeline_env, client, rules=with_examples({"file_id": f"dfl-{file_id}"}, {"text": SHOWN})
    )

    sentence = "it was also compared with 2 examples of yours."
    assert sentence in str(shown["reasoning"])
    assert sentence not in str(plain["reasoning"])
    assert shown["type"] == "invoice"
    assert shown["confidence"] != plain["confidence"]


def test_a_deleted_example_does_not_count(
    pipeline_env: PipelineEnvironment, client: TestClient
) -> None:
    file_id = pipeline_env.file(SHOWN)
    rules = with_examples({"file_id": str(file_id)})
    body = {"file_ids": [str(pipeline_env.file())], "rules": rules}
    job_id = client.post(JOBS, json=body).json()["id"]
    with pipeline_env.tenants.database.write() as session:
        files.remove(session, pipeline_env.tenants.first, file_id)

    pipeline_env.run()

    (item,) = client.get(f"{JOBS}/{job_id}/results").json()["items"]
    assert item["result"]["type"] == "invoice"
    assert '1 of 1 examples of "invoice" could not be read' in item["result"]["reasoning"]


@pytest.mark.parametrize(
    ("examples", "status"),
    [
        ([{}], 422),
        ([{"text": " "}], 422),
        ([{"text": "x" * 4001}], 422),
        ([{"text": "a", "file_id": "00000000-0000-4000-8000-000000000000"}], 422),
        ([{"text": "an example"}] * 6, 422),
        ([{"file_id": "00000000-0000-4000-8000-000000000000"}], 404),
    ],
)
def test_examples_that_are_refused(
    client: TestClient, examples: list[dict[str, str]], status: int
) -> None:
    body = {"file_ids": [upload(client)], "rules": with_examples(*examples)}
    assert client.post(JOBS, json=body).status_code == status


def test_too_many_examples_of_a_job(client: TestClient) -> None:
    rules = [
        {"type": f"t{n}", "description": "a kind of text", "examples": [{"text": "a"}] * 5}
        for n in range(13)
    ]
    answer = client.post(JOBS, json={"file_ids": [upload(client)], "rules": rules})
    assert "at most 60 examples" in answer.json()["detail"][0]["msg"]


@pytest.mark.parametrize("value", [-0.1, 1.1, "sure"])
def test_a_least_confidence_is_a_probability(client: TestClient, value: object) -> None:
    body = {"file_ids": [upload(client)], "rules": RULES, "min_confidence": value}
    assert client.post(JOBS, json=body).status_code == 422
