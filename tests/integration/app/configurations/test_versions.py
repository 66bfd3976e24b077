"""Each change of a saved configuration keeps the state before it."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.configurations import service
from app.configurations.models import ConfigurationVersion
from devtools.tenant_data import TenantData
from tests.integration.application import RULES

PATH = "/api/v1/beta/configurations"


def parameters(least: float | None = None) -> dict[str, Any]:
    return {"product_type": "classify_v2", "rules": RULES, "min_confidence": least}


def save(client: TestClient, least: float | None = None) -> dict[str, Any]:
    answer = client.post(PATH, json={"name": "letters", "parameters": parameters(least)})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def versions(client: TestClient, saved: dict[str, Any]) -> list[dict[str, Any]]:
    answer = client.get(f"{PATH}/{saved['id']}/versions")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def test_the_present_state_is_the_first_version(client: TestClient) -> None:
    saved = save(client)

    (only,) = versions(client, saved)

    assert only["version"] == saved["version"]
    assert only["parameters"] == saved["parameters"]


def test_changes_by_post_and_by_put_keep_the_states_before(client: TestClient) -> None:
    first = save(client, 0.1)
    second = save(client, 0.2)
    changed = client.put(f"{PATH}/{first['id']}", json={"parameters": parameters(0.3)}).json()

    found = versions(client, first)

    assert [each["version"] for each in found] == [
        changed["version"],
        second["version"],
        first["version"],
    ]
    assert [each["parameters"]["min_confidence"] for each in found] == [0.3, 0.2, 0.1]


def test_what_changes_no_parameter_makes_no_version(client: TestClient) -> None:
    saved = save(client, 0.1)
    save(client, 0.1)

    client.put(f"{PATH}/{saved['id']}", json={"name": "post"})

    (only,) = versions(client, saved)
    assert only["name"] == "post"


def test_the_number_of_versions_is_bounded(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MAX_VERSIONS", 2)
    saved = [save(client, step / 10) for step in range(5)]

    found = versions(client, saved[0])

    assert [each["parameters"]["min_confidence"] for each in found] == [0.4, 0.3, 0.2]


def test_versions_go_with_their_configuration(client: TestClient, tenants: TenantData) -> None:
    saved = save(client, 0.1)
    save(client, 0.2)

    assert client.delete(f"{PATH}/{saved['id']}").status_code == 204

    with tenants.database.read() as session:
        assert session.scalars(select(ConfigurationVersion)).all() == []
