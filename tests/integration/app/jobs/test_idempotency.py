"""A request for a job that is sent again makes no second job, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from app.db import Database, now
from app.jobs.models import Item, Job, JobStatus
from devtools.tenant_data import TenantData
from tests.integration.application import JOBS, RULES, Api, upload

RETRY = {"X-Stainless-Retry-Count": "1"}
FIRST = {"X-Stainless-Retry-Count": "0"}
KEY = {"Idempotency-Key": "order-66"}
SINGLE_JOBS = "/api/v2/classify"


@pytest.fixture
def body(client: TestClient) -> dict[str, object]:
    return {"file_ids": [upload(client)], "rules": RULES}


def post(
    client: TestClient, body: dict[str, object], headers: dict[str, str], path: str = JOBS
) -> str:
    answer = client.post(path, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def count(database: Database) -> tuple[int, int]:
    with database.read() as session:
        jobs, items = (select(func.count()).select_from(table) for table in (Job, Item))
        return session.scalar(jobs) or 0, session.scalar(items) or 0


def change(database: Database, **values: object) -> None:
    with database.write() as session:
        session.execute(update(Job).values(**values))


def at_once(api: Api, key: str, body: dict[str, object], headers: dict[str, str]) -> set[str]:
    def send(_: int) -> str:
        return post(api.client(key), body, headers)

    with ThreadPoolExecutor(6) as pool:
        return set(pool.map(send, range(6)))


class TestKeys:
    def test_the_same_request_gives_the_same_job(
        self, database: Database, client: TestClient, body: dict[str, object]
    ) -> None:
        first = post(client, body, KEY)
        change(database, created_at=now() - timedelta(days=30), status=JobStatus.ERROR)

        assert post(client, body, KEY) == first
        assert count(database) == (1, 1)

    def test_another_request_is_refused(
        self, database: Database, client: TestClient, body: dict[str, object]
    ) -> None:
        post(client, body, KEY)

        answer = client.post(JOBS, json={**body, "mode": "MULTIMODAL"}, headers=KEY)

        assert answer.status_code == 409
        assert answer.headers["x-should-retry"] == "false"
        assert "Idempotency-Key" in answer.json()["detail"]
        assert count(database) == (1, 1)

    def test_what_is_said_otherwise_but_means_the_same_is_the_same(
        self, client: TestClient, body: dict[str, object]
    ) -> None:
        assert post(client, body, KEY) == post(client, {"mode": "FAST", "more": 1, **body}, KEY)

    def test_another_key_makes_another_job_whatever_is_retried(
        self, client: TestClient, body: dict[str, object]
    ) -> None:
        first = post(client, body, KEY)
        assert post(client, body, {"Idempotency-Key": "order-67"} | RETRY) != first
        assert post(client, body, RETRY) != first

    def test_a_key_belongs_to_its_project(
        self, api: Api, tenants: TenantData, client: TestClient, body: dict[str, object]
    ) -> None:
        other = api.tenant(tenants, "Other")
        theirs = {**body, "file_ids": [upload(other)]}
        assert post(client, body, KEY) != post(other, theirs, KEY)

    def test_after_the_job_is_deleted_the_key_is_free(
        self, database: Database, client: TestClient, body: dict[str, object]
    ) -> None:
        first = post(client, body, KEY)
        change(database, status=JobStatus.SUCCESS)
        assert client.delete(f"{JOBS}/{first}").status_code == 204

        assert post(client, body, KEY) != first

    def test_of_many_at_once_one_makes_the_job(
        self, database: Database, api: Api, tenants: TenantData, client: TestClient
    ) -> None:
        body: dict[str, object] = {"file_ids": [upload(client)] * 3, "rules": RULES}

        assert len(at_once(api, api.key(tenants.first), body, KEY)) == 1
        assert count(database) == (1, 3)

    @pytest.mark.parametrize("key", ["", "x" * 256])
    def test_strange_keys(self, client: TestClient, body: dict[str, object], key: str) -> None:
        answer = client.post(JOBS, json=body, headers={"Idempotency-Key": key})
        assert answer.status_code == (422 if key else 200)


class TestRetries:
    def test_a_retry_gives_the_same_job(
        self, database: Database, client: TestClient, body: dict[str, object]
    ) -> None:
        first = post(client, body, FIRST)

        assert {post(client, body, RETRY) for _ in range(3)} == {first}
        assert count(database) == (1, 1)

    @pytest.mark.parametrize(
        "headers", [FIRST, {}, {"User-Agent": "node"}, {"X-Fern-Language": "Python"}]
    )
    def test_a_second_call_makes_another_job(
        self, client: TestClient, body: dict[str, object], headers: dict[str, str]
    ) -> None:
        assert len({post(client, body, headers) for _ in range(3)}) == 3

    def test_second_calls_at_once_all_make_jobs(
        self, api: Api, tenants: TenantData, body: dict[str, object]
    ) -> None:
        client = api.client(api.key(tenants.first))
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda _: post(client, body, FIRST), range(48)))

        assert len(set(made)) == 48

    def test_a_retry_means_the_newest_job(
        self, client: TestClient, body: dict[str, object]
    ) -> None:
        post(client, body, FIRST)
        second = post(client, body, FIRST)
        assert post(client, body, RETRY) == second

    def test_a_retry_of_what_never_arrived_makes_the_job(
        self, database: Database, client: TestClient, body: dict[str, object]
    ) -> None:
        post(client, body, RETRY)
        assert count(database) == (1, 1)

    def test_another_body_or_another_key_of_the_project_is_another_request(
        self, api: Api, tenants: TenantData, client: TestClient, body: dict[str, object]
    ) -> None:
        colleague = api.client(api.key(tenants.first))
        made = {
            post(client, body, RETRY),
            post(client, {**body, "mode": "MULTIMODAL"}, RETRY),
            post(colleague, body, RETRY),
        }
        assert len(made) == 3

    def test_after_the_window_it_is_another_job(
        self, database: Database, client: TestClient, body: dict[str, object]
    ) -> None:
        first = post(client, body, FIRST)
        change(database, created_at=now() - timedelta(seconds=121))
        assert post(client, body, RETRY) != first

    @pytest.mark.parametrize(
        ("status", "is_same"),
        [(JobStatus.SUCCESS, True), (JobStatus.ERROR, True), (JobStatus.CANCELLED, False)],
    )
    def test_jobs_that_have_ended(
        self,
        database: Database,
        client: TestClient,
        body: dict[str, object],
        status: JobStatus,
        *,
        is_same: bool,
    ) -> None:
        first = post(client, body, FIRST)
        change(database, status=status)
        assert (post(client, body, RETRY) == first) is is_same

    def test_many_at_once_make_one_job(
        self, database: Database, api: Api, tenants: TenantData, body: dict[str, object]
    ) -> None:
        assert len(at_once(api, api.key(tenants.first), body, RETRY)) == 1
        assert count(database) == (1, 1)

    @pytest.mark.parametrize("value", ["many", "-1", "9" * 5000, "²"])
    def test_a_count_that_is_none(
        self, client: TestClient, body: dict[str, object], value: str
    ) -> None:
        headers = httpx2.Headers({"X-Stainless-Retry-Count": value.encode()})  # type: ignore[dict-item]
        assert client.post(JOBS, json=body, headers=headers).status_code == 200

    def test_a_window_of_0_switches_it_off(self, tenants: TenantData, tmp_path: Path) -> None:
        api = Api(tenants.database, tmp_path / "data", retry_window_seconds=0)
        client = api.client(api.key(tenants.first))
        body: dict[str, object] = {"file_ids": [upload(client)], "rules": RULES}
        assert post(client, body, RETRY) != post(client, body, RETRY)
        assert post(client, body, KEY) == post(client, body, KEY)


class TestVersion2:
    def test_a_retry_gives_the_same_job(self, database: Database, client: TestClient) -> None:
        body = single_file(client)
        first = post(client, body, FIRST, SINGLE_JOBS)

        assert {post(client, body, RETRY, SINGLE_JOBS) for _ in range(3)} == {first}
        assert count(database) == (1, 1)

    @pytest.mark.parametrize("headers", [FIRST, {}], ids=["first", "nothing"])
    def test_a_second_call_makes_another_job(
        self, client: TestClient, headers: dict[str, str]
    ) -> None:
        body = single_file(client)
        assert len({post(client, body, headers, SINGLE_JOBS) for _ in range(3)}) == 3

    def test_another_body_is_another_request(self, client: TestClient) -> None:
        made = {post(client, single_file(client), RETRY, SINGLE_JOBS) for _ in range(2)}
        assert len(made) == 2

    def test_a_transaction_id_counts_more(self, client: TestClient) -> None:
        body = single_file(client)
        first = post(client, body, FIRST, SINGLE_JOBS)
        named = {post(client, {**body, "transaction_id": "t"}, RETRY, SINGLE_JOBS) for _ in "ab"}
        assert len(named) == 1
        assert first not in named


def single_file(client: TestClient) -> dict[str, object]:
    return {"file_input": upload(client), "configuration": {"rules": RULES}}
