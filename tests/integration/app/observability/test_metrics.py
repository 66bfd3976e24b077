"""What /metrics serves, to whom, and what it costs the database."""

import json
import re
import urllib.request
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event

from app.db import Database
from app.jobs.queue_collector import QueueCollector
from app.observability import metrics
from app.observability.metrics import Counter, Gauge, Histogram
from app.observability.metrics_server import may_read, serve_metrics
from app.settings import Settings
from devtools.ports import free_port
from devtools.tenant_data import TenantData
from devtools.waiting import WAIT_SECONDS
from tests.integration.application import JOBS, RULES, Api, create_job, new_client, upload

DASHBOARD = Path(__file__).parents[4] / "deploy" / "grafana" / "pigeonhole.json"
LOCAL = {"host": "127.0.0.1:8000"}
TOKEN = "a token of the tests"


def local_client(api: Api) -> TestClient:
    return new_client(api.app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 1))


def scrape(api: Api) -> dict[tuple[str, ...], float]:
    """Return the value of each series by its name and the values of its labels."""
    answer = local_client(api).get("/metrics")
    assert answer.status_code == 200, answer.text
    return {
        (sample.name, *(sample.labels[label] for label in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


class TestAccess:
    @pytest.mark.parametrize(
        ("given", "headers", "client", "readable"),
        [
            ({}, {}, "127.0.0.1", True),
            ({"host": "::1"}, {"host": "[::1]:8000"}, "::1", True),
            ({}, {}, "10.0.0.1", False),
            ({}, {}, None, False),
            ({}, {"host": "rebound.example:8000"}, "127.0.0.1", False),
            ({}, {"host": "["}, "127.0.0.1", False),
            ({}, {"x-forwarded-for": "10.0.0.1"}, "127.0.0.1", False),
            ({"public_url": "https://docs.example"}, {}, "127.0.0.1", False),
            ({"host": "0.0.0.0"}, {}, "127.0.0.1", False),
            ({"metrics_token": TOKEN}, {}, "127.0.0.1", False),
            ({"metrics_token": TOKEN}, {"authorization": "Bearer another"}, "10.0.0.1", False),
            ({"metrics_token": TOKEN}, {"authorization": "Bearer é"}, "10.0.0.1", False),
            ({"metrics_token": TOKEN}, {"authorization": f"Bearer {TOKEN}"}, "10.0.0.1", True),
        ],
    )
    def test_who_may_read(
        self, given: dict[str, str], headers: dict[str, str], client: str, *, readable: bool
    ) -> None:
        settings = Settings(**given)  # type: ignore[arg-type]

        assert may_read(settings, LOCAL | headers, client) is readable

    def test_a_customers_key_does_not_open_them(self, api: Api, tenants: TenantData) -> None:
        answer = api.tenant(tenants, "Customer").get("/metrics")

        assert answer.status_code == 401
        assert "PIGEONHOLE_METRICS_TOKEN" in answer.json()["detail"]


def test_requests_are_counted_by_route_and_not_by_path(api: Api, tenants: TenantData) -> None:
    client = api.tenant(tenants, "Customer")
    series = ("pigeonhole_requests_total", "GET", f"{JOBS}/{{classify_job_id}}", "200")
    before = scrape(api).get(series, 0)
    job_id = create_job(client, upload(client))
    client.get(f"{JOBS}/{job_id}")
    client.get("/nowhere")
    client.request("BREW", "/nowhere")

    after = scrape(api)

    assert after[series] - before == 1
    assert after["pigeonhole_requests_total", "GET", "none", "404"] >= 1
    assert after["pigeonhole_requests_total", "other", "none", "404"] >= 1
    assert after["pigeonhole_requests_in_flight",] == 1  # the scrape itself
    assert not [name for name in after if job_id in str(name)]


def test_metrics_count_waiting_and_running_items(api: Api, tenants: TenantData) -> None:
    tenants.job(3)
    tenants.claim()

    figures = scrape(api)

    assert figures["pigeonhole_queue_items", "queued"] == 2
    assert figures["pigeonhole_queue_items", "running"] == 1
    assert figures["pigeonhole_jobs_open",] == 1
    assert 0 < figures["pigeonhole_queue_oldest_seconds",] < 60
    assert figures["pigeonhole_workers",] == 0
    assert figures["pigeonhole_database_up",] == 1
    assert 0 < figures["pigeonhole_disk_free_bytes",] <= figures["pigeonhole_disk_size_bytes",]


def test_without_the_database_the_rest_is_served(api: Api) -> None:
    def refuse(*_: object) -> None:
        raise OSError("away")

    event.listen(api.database.engine, "do_connect", refuse)
    api.database.close()

    figures = scrape(api)

    assert figures["pigeonhole_database_up",] == 0
    assert ("pigeonhole_jobs_open",) not in figures
    assert figures["pigeonhole_requests_in_flight",] == 1


def test_every_metric_of_the_dashboard_is_one_that_exists(api: Api) -> None:
    text = DASHBOARD.read_text()
    expressions = re.findall(r'"expr": "(.+)"', text)
    asked = {name for each in expressions for name in re.findall(r"pigeonhole_\w+", each)}
    counted = {
        thing.name
        for thing in vars(metrics).values()
        if isinstance(thing, Counter | Gauge | Histogram)
    } | {name for (name, *_) in scrape(api)}

    assert json.loads(text)["title"] == "Pigeonhole"
    assert len(expressions) > 15
    assert {name.removesuffix("_bucket") for name in asked} - counted == set()


class Statements:
    """How many statements the database was asked, beside BEGIN and COMMIT."""

    def __init__(self, database: Database) -> None:
        self._texts: list[str] = []
        event.listen(database.engine, "before_cursor_execute", self._note)

    def _note(self, _c: object, _u: object, text: str, *_: object) -> None:
        if not text.startswith("BEGIN"):
            self._texts.append(text)

    def of(self, call: object) -> int:
        assert callable(call)
        self._texts.clear()
        assert call().status_code == 200
        return len(self._texts)


class TestStatements:
    @pytest.fixture
    def client(self, api: Api, tenants: TenantData) -> TestClient:
        client = api.tenant(tenants, "Customer")
        client.get(JOBS)  # the key is known from now on
        return client

    @pytest.fixture
    def statements(self, database: Database) -> Statements:
        return Statements(database)

    def test_a_job(self, client: TestClient, statements: Statements) -> None:
        job_id = create_job(client, upload(client))

        assert statements.of(lambda: client.get(f"{JOBS}/{job_id}")) == 1
        assert statements.of(lambda: client.get(f"{JOBS}/{job_id}/results")) == 3, (
            "job, items, labels"
        )

    @pytest.mark.parametrize("files", [1, 50])
    def test_a_new_job(self, client: TestClient, statements: Statements, files: int) -> None:
        body = {"file_ids": [upload(client)] * files, "rules": RULES}

        # How many files wait (once a second), which files there are, the job, its items, the audit
        # log.
        assert statements.of(lambda: client.post(JOBS, json=body)) == 5

    def test_a_list(self, client: TestClient, statements: Statements) -> None:
        for _ in range(3):
            create_job(client, upload(client))

        assert statements.of(lambda: client.get(JOBS)) == 1
        assert statements.of(lambda: client.get(JOBS, params={"include_total": True})) == 2


def test_a_scrape_asks_five_times(tenants: TenantData) -> None:
    tenants.job(2)
    asked: list[str] = []
    event.listen(
        tenants.database.engine,
        "before_cursor_execute",
        lambda _c, _u, text, *_: asked.append(text),
    )

    assert QueueCollector(tenants.database).jobs == 1
    assert len([text for text in asked if not text.startswith("BEGIN")]) == 5


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_host_of_workers_serves_its_metrics(host: str) -> None:
    port = free_port(host)
    name = f"[{host}]" if ":" in host else host

    with (
        serve_metrics(Settings(host=host, metrics_port=port)),
        urllib.request.urlopen(f"http://{name}:{port}/metrics", timeout=WAIT_SECONDS) as answer,
    ):
        assert answer.status == 200
