"""The delivery log and sending again, through the API."""

from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from app.webhooks.policy import Address
from tests.integration.application import RULES, Api, upload
from tests.integration.worker.runtime.webhook_delivery.environment import WebhookEnvironment

JOBS = "/api/v1/classifier/jobs"


@pytest.fixture
def api(env: WebhookEnvironment, tmp_path: Path) -> Api:
    return Api(env.database, tmp_path / "data")


@pytest.fixture
def client(api: Api, env: WebhookEnvironment) -> TestClient:
    return api.client(api.key(env.tenants.first))


def create(client: TestClient, *hooks: dict[str, Any]) -> str:
    body = {"file_ids": [upload(client)], "rules": RULES, "webhook_configurations": list(hooks)}
    answer = client.post(JOBS, json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def test_a_job_without_webhooks_has_an_empty_log(client: TestClient) -> None:
    job_id = create(client)
    assert client.get(f"{JOBS}/{job_id}/webhooks").json() == {"items": [], "configurations": []}


def test_faults_of_the_url_are_shown_at_once(client: TestClient) -> None:
    job_id = create(
        client,
        {"webhook_url": "https:"},
        {"webhook_url": "http://u:secret@receiver.invalid:81/token?key=1"},
        {"webhook_url": "http://0xa9fea9fe/"},
        {"webhook_url": "http://2130706433/"},
        {"webhook_url": "http://[/"},
        {"webhook_url": None, "webhook_events": ["string", "parse.success"]},
    )
    answer = client.get(f"{JOBS}/{job_id}/webhooks")

    shown = answer.json()["configurations"]
    assert [one["index"] for one in shown] == list(range(6))
    assert [one["origin"] for one in shown] == [
        "https://",
        "http://receiver.invalid:81",
        "http://0xa9fea9fe",
        "http://2130706433",
        "http:",
        None,
    ]
    faults = [one["fault"] for one in shown]
    assert faults[0] == "the webhook_url names no host"
    assert faults[1] is None, "only DNS can tell"
    assert faults[2].startswith("refused: 169.254.169.254")
    assert faults[3] is None, "this server listens on loopback"
    assert faults[5] == "there is no webhook_url"
    assert shown[5]["unknown_events"] == ["string"]
    assert "secret" not in answer.text
    assert "token" not in answer.text


def test_loopback_is_refused_by_a_server_that_other_machines_can_reach(
    env: WebhookEnvironment, tmp_path: Path
) -> None:
    api = Api(env.database, tmp_path / "open", host="0.0.0.0")
    job_id = create(
        client := api.client(api.key(env.tenants.first)),
        {"webhook_url": env.receiver.url(), "webhook_events": ["parse.pending"]},
    )
    env.deliver_all()

    log = client.get(f"{JOBS}/{job_id}/webhooks").json()
    assert "this machine" in log["configurations"][0]["fault"]
    assert log["items"][0]["attempts"][0]["error"] == log["configurations"][0]["fault"]
    assert env.receiver.received == []


def test_the_log_and_redelivery(client: TestClient, env: WebhookEnvironment) -> None:
    hook = {"webhook_url": env.receiver.url("/?status=410"), "webhook_events": ["parse.pending"]}
    job_id = create(client, hook)
    (before,) = client.get(f"{JOBS}/{job_id}/webhooks").json()["items"]
    assert (before["status"], before["attempts"]) == ("waiting", [])
    assert before["next_attempt_at"] is not None
    env.deliver_all()

    (after,) = client.get(f"{JOBS}/{job_id}/webhooks").json()["items"]
    assert (after["status"], after["next_attempt_at"]) == ("failed", None)
    (attempt,) = after["attempts"]
    assert (attempt["status_code"], attempt["excerpt"]) == (410, None)
    assert attempt["error"] == "the receiver answered 410 Gone: no retries"

    again = client.post(f"{JOBS}/{job_id}/webhooks/{after['id']}/redeliver")
    assert (again.status_code, again.json()["status"]) == (200, "waiting")
    env.deliver_all()

    assert [one.event()["event_id"] for one in env.receiver.received] == [after["id"]] * 2
    (last,) = client.get(f"{JOBS}/{job_id}/webhooks").json()["items"]
    assert len(last["attempts"]) == 2


def test_redelivery_during_an_attempt_loses_neither(
    client: TestClient, env: WebhookEnvironment
) -> None:
    hook = {
        "webhook_url": env.receiver.url("/?status=410&times=1"),
        "webhook_events": ["parse.pending"],
    }
    job_id = create(client, hook)
    (delivery,) = client.get(f"{JOBS}/{job_id}/webhooks").json()["items"]
    path = f"{JOBS}/{job_id}/webhooks/{delivery['id']}/redeliver"

    asked: list[int] = []

    def resolve(_: str, __: int) -> Sequence[Address]:
        """Ask for another try in the middle of the first."""
        if not asked:
            asked.append(client.post(path).status_code)
        return [ip_address("127.0.0.1")]

    env.deliver_all(env.deliverer(resolve=resolve, waits=()))

    assert asked == [200]
    (last,) = client.get(f"{JOBS}/{job_id}/webhooks").json()["items"]
    assert last["status"] == "delivered"
    assert len(last["attempts"]) == 2


def test_other_projects_see_nothing(api: Api, client: TestClient, env: WebhookEnvironment) -> None:
    hook = {"webhook_url": env.receiver.url(), "webhook_events": ["parse.pending"]}
    job_id = create(client, hook)
    (delivery,) = client.get(f"{JOBS}/{job_id}/webhooks").json()["items"]
    other_client = api.tenant(env.tenants, "Elsewhere")
    project = env.tenants.project(env.tenants.first)
    colleague = api.client(api.key(project, organization_wide=False))
    own = create(other_client)

    for other in (other_client, colleague):
        assert other.get(f"{JOBS}/{job_id}/webhooks").status_code == 404
        path = f"{JOBS}/{job_id}/webhooks/{delivery['id']}/redeliver"
        assert other.post(path).status_code == 404
    # The path with the other tenant's job does not find this delivery.
    path = f"{JOBS}/{own}/webhooks/{delivery['id']}/redeliver"
    assert other_client.post(path).status_code == 404
    assert client.post(f"{JOBS}/{job_id}/webhooks/{uuid4()}/redeliver").status_code == 404
    assert client.post(f"{JOBS}/{job_id}/webhooks/nonsense/redeliver").status_code == 422


def test_the_description_of_the_api_calls_them_extensions(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for path, verb in (
        (f"{JOBS}/{{classify_job_id}}/webhooks", "get"),
        (f"{JOBS}/{{classify_job_id}}/webhooks/{{delivery_id}}/redeliver", "post"),
    ):
        assert "An extension" in paths[path][verb]["description"]
