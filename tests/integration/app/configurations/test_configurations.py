"""Saved configurations, and the jobs that are made from them, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import httpx2
from fastapi.testclient import TestClient

from devtools.tenant_data import TenantData
from tests.integration.application import RULES, Api, upload

PATH = "/api/v1/beta/configurations"
V2 = "/api/v2/classify"
PARAMETERS = {"product_type": "classify_v2", "rules": RULES}
FULL_PARAMETERS = {
    **PARAMETERS,
    "rules": [{**rule, "examples": None} for rule in RULES],
    "mode": "FAST",
    "parsing_configuration": {"lang": "en", "max_pages": None, "target_pages": None},
    "min_confidence": None,
    "learn": None,
}


def post(client: TestClient, name: str = "letters", **changes: object) -> httpx2.Response:
    return client.post(PATH, json={"name": name, "parameters": {**PARAMETERS, **changes}})


def save(client: TestClient, name: str = "letters", **changes: object) -> dict[str, Any]:
    answer = post(client, name, **changes)
    assert answer.status_code == 201, answer.text
    saved: dict[str, Any] = answer.json()
    return saved


def names(client: TestClient, **query: object) -> list[str]:
    answer = client.get(PATH, params=query)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


def test_save_and_get(client: TestClient) -> None:
    saved = save(client)

    assert saved["id"].startswith("cfg-")
    assert (saved["name"], saved["product_type"]) == ("letters", "classify_v2")
    assert saved["parameters"] == FULL_PARAMETERS
    assert client.get(f"{PATH}/{saved['id']}").json() == saved
    assert client.get(f"{PATH}/{saved['id'].removeprefix('cfg-')}").json() == saved


def test_saving_a_name_again_changes_it(client: TestClient) -> None:
    first = save(client)
    parsing = {"lang": "de", "max_pages": 3, "target_pages": "1,4-5"}
    second = save(client, parsing_configuration=parsing)

    assert second["id"] == first["id"]
    assert second["version"] > first["version"]
    assert second["created_at"] == first["created_at"]
    assert second["parameters"]["parsing_configuration"] == parsing
    assert names(client) == ["letters"]


def test_requests_at_once_save_one_configuration(client: TestClient) -> None:
    threads = 5
    barrier = Barrier(threads)

    def send(_: int) -> str:
        barrier.wait()
        return str(save(client)["id"])

    with ThreadPoolExecutor(threads) as pool:
        assert len(set(pool.map(send, range(threads)))) == 1


def test_a_change_keeps_what_it_does_not_name(client: TestClient) -> None:
    saved = save(client)
    path = f"{PATH}/{saved['id']}"
    renamed = client.put(path, json={"name": "post"}).json()
    assert (renamed["name"], renamed["parameters"]) == ("post", FULL_PARAMETERS)
    rules = [{"type": "recipe", "description": "Cooking instructions.", "examples": None}]
    changed = client.put(path, json={"parameters": {**PARAMETERS, "rules": rules}}).json()
    assert (changed["name"], changed["parameters"]["rules"]) == ("post", rules)

    save(client, "taken")
    refused = client.put(path, json={"name": "taken"})
    assert refused.status_code == 409
    assert refused.headers["x-should-retry"] == "false"
    assert client.get(path).json() == changed


def test_a_listing_filters_and_pages(client: TestClient) -> None:
    for name in ("a", "b", "c"):
        save(client, name)

    assert names(client) == ["c", "b", "a"]
    assert names(client, latest_only="true") == ["c", "b", "a"]
    assert names(client, name="b") == ["b"]
    assert names(client, product_type=["extract_v2", "classify_v2"]) == ["c", "b", "a"]
    assert names(client, product_type="extract_v2") == []
    page = client.get(PATH, params={"page_size": 2, "include_total": "true"}).json()
    assert page["total_size"] == 3
    assert names(client, page_size=2, page_token=page["next_page_token"]) == ["a"]
    other = client.get(PATH, params={"name": "a", "page_token": page["next_page_token"]})
    assert other.status_code == 400


def test_a_refusal_names_the_field(client: TestClient) -> None:
    for changes, where, words in (
        ({"name": ""}, ["name"], "at least 1"),
        ({"name": "x" * 256}, ["name"], "at most 255"),
        (
            {"parameters": {"product_type": "extract_v2"}},
            ["parameters"],
            "This server saves configurations of classify_v2 only, not of extract_v2",
        ),
        ({"parameters": {"rules": RULES}}, ["parameters", "product_type"], "required"),
        ({"parameters": {**PARAMETERS, "rules": []}}, ["parameters", "rules"], "at least one rule"),
        ({"parameters": None}, ["parameters"], "Give a JSON object."),
    ):
        answer = client.post(PATH, json={"name": "a", "parameters": PARAMETERS, **changes})
        assert answer.status_code == 422, answer.text
        (problem,) = answer.json()["detail"]
        assert problem["loc"] == ["body", *where]
        assert words in problem["msg"]
    assert names(client) == []


def test_a_job_keeps_what_it_was_made_from(client: TestClient) -> None:
    parsing = {"lang": "de", "max_pages": 3, "target_pages": None}
    saved = save(client, parsing_configuration=parsing)
    body = {"file_input": upload(client), "configuration_id": saved["id"]}
    job = client.post(V2, json=body).json()
    assert client.delete(f"{PATH}/{saved['id']}").status_code == 204

    found = client.get(f"{V2}/{job['id']}").json()
    assert found["configuration_id"] == saved["id"]
    assert found["configuration"] == {
        "rules": RULES,
        "mode": "FAST",
        "parsing_configuration": parsing,
        "min_confidence": None,
        "learn": None,
    }
    query = {"configuration_id": saved["id"]}
    assert [each["id"] for each in client.get(V2, params=query).json()["items"]] == [job["id"]]
    assert client.get(V2, params={"configuration_id": str(uuid4())}).json()["items"] == []
    gone = client.post(V2, json=body)
    assert (gone.status_code, gone.json()["detail"]) == (
        404,
        f"Configuration {saved['id'].removeprefix('cfg-')} does not exist.",
    )


def test_another_tenant_finds_nothing(api: Api, tenants: TenantData, client: TestClient) -> None:
    other_client = api.tenant(tenants, "Other")
    saved = save(client)
    path = f"{PATH}/{saved['id']}"

    assert names(other_client) == []
    assert other_client.get(path).status_code == 404
    assert other_client.put(path, json={"name": "mine"}).status_code == 404
    assert other_client.delete(path).status_code == 404
    body = {"file_input": upload(other_client), "configuration_id": saved["id"]}
    assert other_client.post(V2, json=body).status_code == 404
    assert save(other_client)["id"] != saved["id"], "names are unique within a project only"
    assert client.get(path).json() == saved
