"""An unexpected error: the answer names the request, and the log has the error."""

import json
import logging
from pathlib import Path

import pytest
from starlette.requests import Request

from app.observability.logging import JsonFormatter
from devtools.tenant_data import TenantData
from tests.integration.application import Api


@pytest.fixture
def api(tenants: TenantData, tmp_path: Path) -> Api:
    api = Api(tenants.database, tmp_path / "data")

    def fail(_: Request) -> None:
        raise ZeroDivisionError("a secret detail")

    api.app.add_route("/api/v1/fails", fail)
    return api


def test_the_answer_names_the_log_line(
    api: Api, tenants: TenantData, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.setFormatter(JsonFormatter())
    with caplog.at_level(logging.ERROR):
        answer = api.client(api.key(tenants.first)).get("/api/v1/fails")

    assert answer.status_code == 500
    request_id = answer.headers["X-Request-ID"]
    assert request_id in answer.json()["detail"]
    assert "secret detail" not in answer.text
    (line,) = [json.loads(line) for line in caplog.text.splitlines() if "unexpected" in line]
    assert line["request_id"] == request_id
    assert "ZeroDivisionError: a secret detail" in line["exception"]


def test_it_closes_the_connection_of_clients_that_need_that(api: Api, tenants: TenantData) -> None:
    client = api.client(api.key(tenants.first))
    answer = client.get("/api/v1/fails", headers={"X-Fern-Language": "Python"})

    assert (answer.status_code, answer.headers["Connection"]) == (500, "close")
