"""The worker learns whether the client gave a language; the answers say `en` in either case."""

import pytest
from fastapi.testclient import TestClient

from devtools.tenant_data import TenantData
from tests.integration.application import JOBS, RULES, upload

CONFIGURATIONS = "/api/v1/beta/configurations"
V2 = "/api/v2/classify"
GIVEN = [({}, None), ({"max_pages": 1}, None), ({"lang": "en"}, "en"), ({"lang": "fr"}, "fr")]


@pytest.mark.parametrize(("parsing", "lang"), GIVEN)
def test_the_language_of_a_job(
    client: TestClient, tenants: TenantData, parsing: dict[str, object], lang: str | None
) -> None:
    body = {"file_ids": [upload(client)], "rules": RULES, "parsing_configuration": parsing}
    job = client.post(JOBS, json=body).json()

    assert job["parsing_configuration"]["lang"] == (lang or "en")
    assert tenants.claim().lang == lang


@pytest.mark.parametrize(("parsing", "lang"), GIVEN)
def test_the_language_of_a_saved_configuration(
    client: TestClient, tenants: TenantData, parsing: dict[str, object], lang: str | None
) -> None:
    parameters = {"product_type": "classify_v2", "rules": RULES, "parsing_configuration": parsing}
    saved = client.post(CONFIGURATIONS, json={"name": "mine", "parameters": parameters}).json()
    assert saved["parameters"]["parsing_configuration"]["lang"] == (lang or "en")

    body = {"file_input": upload(client), "configuration_id": saved["id"]}
    job = client.post(V2, json=body).json()

    assert job["configuration"]["parsing_configuration"]["lang"] == (lang or "en")
    assert tenants.claim().lang == lang
