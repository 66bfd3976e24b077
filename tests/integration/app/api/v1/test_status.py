"""GET /api/v1/status tells a project's queue and store, and nothing of other projects."""

from pathlib import Path
from typing import Any

import pytest

from devtools.tenant_data import TenantData
from tests.integration.application import Api

PATH = "/api/v1/status"


def status(api: Api, tenants: TenantData) -> dict[str, Any]:
    answer = api.client(api.key(tenants.first)).get(PATH)
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def test_the_queue_and_the_store_of_the_project(api: Api, tenants: TenantData) -> None:
    other = tenants.add("Other")
    tenants.job(2)
    tenants.job(3, scope=other)
    tenants.claim()

    body = status(api, tenants)

    assert body["project_id"] == str(tenants.first.project_id)
    queue = body["queue"]
    assert (queue["open_jobs"], queue["queued_files"] + queue["running_files"]) == (1, 2)
    assert queue["oldest_seconds"] >= 0
    assert body["store"]["files"] == 1
    assert body["workers"] == {"count": 0, "models": [], "ocr_languages": [], "missing": []}


def test_a_key_is_needed(api: Api) -> None:
    assert api.client("unknown").get(PATH).status_code == 401


@pytest.mark.parametrize("embedded", [True, False])
def test_tenants_of_a_shared_server_do_not_see_its_disk(
    tenants: TenantData, tmp_path: Path, *, embedded: bool
) -> None:
    api = Api(tenants.database, tmp_path, embedded=embedded)

    body = status(api, tenants)

    assert (body["mode"], body["store"]["disk_free_bytes"] is not None) == (
        "embedded" if embedded else "production",
        embedded,
    )
