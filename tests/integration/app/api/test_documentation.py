"""What /docs shows: each request has an example that the server takes, each operation a section."""

from typing import Any

import pytest

from app.api.documentation import EXAMPLES, FILE_ID, SECTIONS
from devtools.tenant_data import TenantData
from tests.integration.application import Api

METHODS = ("get", "put", "post", "patch", "delete")


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing is read from it
def test_each_section_is_described_in_the_order_of_use_and_has_operations(api: Api) -> None:
    document = api.app.openapi()
    used = {operation["tags"][0] for _, _, operation in operations(document)}

    assert [tag["name"] for tag in document["tags"]] == [title for title, _ in SECTIONS.values()]
    assert used == {title for title, _ in SECTIONS.values()}
    assert "Begin with three calls" in document["info"]["description"]


def test_the_server_takes_each_example(api: Api, tenants: TenantData) -> None:
    client = api.tenant(tenants, "Reader")
    names = "classify_job_id item_id file_id configuration_id webhook_id job_id key_id"
    nowhere = dict.fromkeys(names.split(), FILE_ID)
    described = {
        (method, path)
        for method, path, operation in operations(api.app.openapi())
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }

    assert described == set(EXAMPLES)
    for (method, path), example in EXAMPLES.items():
        answer = client.request(method, path.format(page=0, **nowhere), json=example)
        # The ids do not exist, and this key is not one for administration.
        refused = {403} if "/admin/" in path else {200, 201, 202, 404}
        assert answer.status_code in refused, f"{method} {path}: {answer.text}"
