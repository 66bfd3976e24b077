"""Saved webhooks: their secrets stay inside, and jobs get copies. On both databases."""

import json
from typing import Any
from uuid import UUID, uuid4

import httpx2
from fastapi.testclient import TestClient
from sqlalchemy import select, text

from app.db import Database
from app.secrets import Secrets
from app.webhooks.models import WebhookConfiguration
from app.webhooks.saved import MAX_PER_PROJECT
from devtools.tenant_data import TenantData
from tests.integration.application import RULES, Api, upload

PATH = "/api/v1/beta/webhook-configs"
PAGES = "/api/v2/webhook-configs"
V2 = "/api/v2/classify"
URL = "https://hooks.example.com/a"
SECRET = "signed with this"
TOKEN = "Bearer of a token"


def save(client: TestClient, **fields: object) -> dict[str, Any]:
    answer = client.post(PATH, json={"webhook_url": URL, **fields})
    assert answer.status_code == 200, answer.text
    saved: dict[str, Any] = answer.json()
    return saved


def start_job(client: TestClient, *webhook_ids: str) -> httpx2.Response:
    body = {
        "file_input": upload(client),
        "configuration": {"rules": RULES},
        "webhook_configuration_ids": webhook_ids,
    }
    return client.post(V2, json=body)


def copies(database: Database, job_id: str) -> list[WebhookConfiguration]:
    with database.read() as session:
        return list(
            session.scalars(
                select(WebhookConfiguration)
                .where(WebhookConfiguration.job_id == UUID(job_id))
                .order_by(WebhookConfiguration.ordinal)
            )
        )


def test_a_saved_webhook_has_defaults(client: TestClient, tenants: TenantData) -> None:
    saved = save(client)

    assert saved == {
        "id": saved["id"],
        "tenant_id": str(tenants.first.project_id),
        "tenant_type": "project",
        "webhook_url": URL,
        "webhook_events": None,
        "webhook_headers": None,
        "webhook_output_format": "string",
        "webhook_payload": "ids",
        "has_headers": False,
        "has_secret": False,
        "created_at": saved["created_at"],
        "updated_at": saved["created_at"],
    }
    assert client.get(f"{PATH}/{saved['id']}").json() == saved


def test_secrets_are_encrypted_and_never_shown(client: TestClient, database: Database) -> None:
    secrets = {
        "webhook_signing_secret": SECRET,
        "webhook_headers": {"Authorization": TOKEN},
    }
    saved = save(client, **secrets)
    path = f"{PATH}/{saved['id']}"
    answers = [
        client.get(path),
        client.put(path, json=secrets),
        client.get(PATH),
        client.get(PAGES),
    ]

    assert (saved["has_secret"], saved["has_headers"], saved["webhook_headers"]) == (
        True,
        True,
        None,
    )
    with database.engine.connect() as connection:
        stored = str(connection.execute(text("SELECT * FROM saved_webhooks")).all())
    for shown in [json.dumps(saved), stored, *(answer.text for answer in answers)]:
        assert SECRET not in shown
        assert "of a token" not in shown


def test_a_change_keeps_what_is_null(client: TestClient) -> None:
    saved = save(client, webhook_signing_secret=SECRET, webhook_events=["classify.error"])
    path = f"{PATH}/{saved['id']}"

    moved = client.put(path, json={"webhook_url": "https://hooks.example.com/b"}).json()
    assert moved["webhook_url"] == "https://hooks.example.com/b"
    assert (moved["has_secret"], moved["webhook_events"]) == (True, ["classify.error"])
    assert moved["updated_at"] > saved["updated_at"]
    nothing = {
        "webhook_url": None,
        "webhook_signing_secret": None,
        "webhook_events": None,
        "webhook_output_format": None,
    }
    cleared = client.put(path, json=nothing).json()
    assert cleared["webhook_url"] == moved["webhook_url"]
    assert (cleared["has_secret"], cleared["webhook_events"]) == (False, None)
    assert cleared["webhook_output_format"] == "string"


def test_both_listings_have_the_newest_first(client: TestClient) -> None:
    ids = [save(client)["id"] for _ in range(3)][::-1]

    assert [webhook["id"] for webhook in client.get(PATH).json()] == ids
    first = client.get(PAGES, params={"page_size": 2, "include_total": "true"}).json()
    assert first["total_size"] == 3
    rest = client.get(PAGES, params={"page_token": first["next_page_token"]}).json()
    assert [webhook["id"] for webhook in first["items"] + rest["items"]] == ids
    assert rest["next_page_token"] is None


def test_a_deleted_webhook_is_gone(client: TestClient) -> None:
    path = f"{PATH}/{save(client)['id']}"

    assert client.delete(path).status_code == 204
    assert [client.get(path).status_code, client.delete(path).status_code] == [404, 404]


def test_a_refusal_names_the_field(client: TestClient) -> None:
    for body, where, words in (
        ({}, [], "webhook_url is missing"),
        ({"webhook_url": "ftp://a.example"}, ["webhook_url"], "pattern"),
        ({"webhook_url": URL, "webhook_events": []}, ["webhook_events"], "at least 1"),
        ({"webhook_url": URL, "surprise": 1}, ["surprise"], "not permitted"),
        ({"webhook_url": URL, "webhook_output_format": "xml"}, ["webhook_output_format"], "json"),
        ({"webhook_url": URL, "webhook_headers": {"a": 1}}, ["webhook_headers", "a"], "string"),
    ):
        answer = client.post(PATH, json=body)
        assert answer.status_code == 422, answer.text
        (problem,) = answer.json()["detail"]
        assert problem["loc"] == ["body", *where]
        assert words in problem["msg"]
    assert client.get(PATH).json() == []


def test_a_project_cannot_have_too_many(client: TestClient) -> None:
    for _ in range(MAX_PER_PROJECT):
        save(client)
    answer = client.post(PATH, json={"webhook_url": URL})

    assert answer.status_code == 409
    assert len(client.get(PATH).json()) == MAX_PER_PROJECT


def test_a_job_gets_a_copy(client: TestClient, database: Database, api: Api) -> None:
    saved = save(
        client,
        webhook_signing_secret=SECRET,
        webhook_headers={"Authorization": TOKEN},
        webhook_output_format="json",
        webhook_payload="results",
    )
    other = save(client, webhook_events=["classify.pending"])
    answer = start_job(client, saved["id"], other["id"], saved["id"])
    assert answer.status_code == 200, answer.text
    client.put(f"{PATH}/{saved['id']}", json={"webhook_url": "https://hooks.example.com/new"})
    client.delete(f"{PATH}/{other['id']}")
    first, second = copies(database, answer.json()["id"])

    assert (first.output_format, first.payload) == ("json", "results")
    assert (first.url, api.secrets.decrypt(first.url_encrypted or "")) == (None, URL)
    assert first.events == ["classify.success", "classify.error", "classify.cancelled"]
    assert api.secrets.decrypt(first.secret_encrypted or "") == SECRET
    assert json.loads(api.secrets.decrypt(first.headers_encrypted or "")) == {
        "Authorization": TOKEN
    }
    assert (second.events, second.secret_encrypted) == (["classify.pending"], None)


def test_a_job_with_an_unknown_webhook_is_refused(client: TestClient) -> None:
    unknown = str(uuid4())
    answer = start_job(client, unknown)

    assert answer.status_code == 404
    assert unknown in answer.json()["detail"]


def test_another_secret_key_says_what_to_do(client: TestClient, database: Database) -> None:
    saved = save(client, webhook_signing_secret=SECRET)
    strange = Secrets("quite another secret of the tests").encrypt(SECRET)
    with database.write() as session:
        session.execute(text("UPDATE saved_webhooks SET secret_encrypted = :s"), {"s": strange})
    answer = start_job(client, saved["id"])

    assert answer.status_code == 409
    assert answer.json()["detail"].endswith("Set its URL, headers and signing secret again.")
    client.put(f"{PATH}/{saved['id']}", json={"webhook_signing_secret": SECRET})
    assert start_job(client, saved["id"]).status_code == 200


def test_other_projects_find_nothing(api: Api, tenants: TenantData, client: TestClient) -> None:
    other_client = api.tenant(tenants, "Other")
    saved = save(client)
    path = f"{PATH}/{saved['id']}"

    assert other_client.get(PATH).json() == other_client.get(PAGES).json()["items"] == []
    assert other_client.get(path).status_code == 404
    assert other_client.put(path, json={"webhook_url": URL}).status_code == 404
    assert other_client.delete(path).status_code == 404
    assert start_job(other_client, saved["id"]).status_code == 404
    assert client.get(path).json() == saved
