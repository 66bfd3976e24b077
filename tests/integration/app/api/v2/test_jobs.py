"""Version 2: a job of one file, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import uuid4

from fastapi.testclient import TestClient
from sqlalchemy import select

from app.db import Database
from app.errors import FileErrorCode
from app.jobs import queue, single_file
from app.jobs.pages import PageSelection
from app.jobs.service import NewJob
from app.jobs.values import ApiVersion, FileFailure
from app.webhooks.models import WebhookConfiguration
from devtools.tenant_data import DAY, VERDICT, TenantData
from devtools.tenant_data import RULES as NEW_RULES
from tests.integration.app.api.v2.requests import (
    V2,
    create,
    listed,
    post,
    problem,
    read,
    stored_jobs,
)
from tests.integration.application import JOBS, Api, create_job, upload


class TestTransactions:
    def test_the_same_key_gives_the_first_job(
        self, client: TestClient, file_id: str, database: Database
    ) -> None:
        first = create(client, file_input=file_id, transaction_id="order 7")
        other = {"rules": [{"type": "other", "description": "Something else."}]}
        again = create(
            client, file_input=upload(client), configuration=other, transaction_id="order 7"
        )
        unsaved = {"configuration": None, "configuration_id": str(uuid4())}
        third = create(client, file_input=str(uuid4()), transaction_id="order 7", **unsaved)

        assert first["transaction_id"] == "order 7"
        assert again == third == first
        assert stored_jobs(database) == 1

    def test_only_a_new_job_wakes_a_worker(
        self, client: TestClient, file_id: str, api: Api
    ) -> None:
        heard: list[str] = []
        api.notifier.listen(lambda: heard.append("woken"))
        for _ in range(2):
            create(client, file_input=file_id, transaction_id="t")

        assert heard == ["woken"]

    def test_requests_at_once_make_one_job(
        self, client: TestClient, file_id: str, database: Database
    ) -> None:
        threads = 6
        barrier = Barrier(threads)

        def send(_: int) -> tuple[int, str]:
            barrier.wait()
            answer = post(client, file_input=file_id, transaction_id="at once")
            return answer.status_code, answer.json().get("id")

        with ThreadPoolExecutor(threads) as pool:
            answers = set(pool.map(send, range(threads)))

        assert len(answers) == 1
        assert next(iter(answers))[0] == 200
        assert stored_jobs(database) == 1

    def test_who_comes_second_gets_the_first_job(self, tenants: TenantData) -> None:
        """The race in slow motion: both have seen that there is no such job yet."""
        file_id = tenants.file()
        new = NewJob(
            file_ids=(file_id,),
            rules=NEW_RULES,
            mode="FAST",
            lang="en",
            pages=PageSelection(),
            api_version=ApiVersion.V2,
            deadline=DAY,
            transaction_id="race",
        )
        first = single_file.create(tenants.database, tenants.first, tenants.secrets, new)
        second = single_file.create(tenants.database, tenants.first, tenants.secrets, new)

        assert first.job.id == second.job.id

    def test_another_project_has_its_own_keys(self, api: Api, tenants: TenantData) -> None:
        ours, theirs = api.tenant(tenants, "Ours"), api.tenant(tenants, "Theirs")
        jobs = [
            create(each, file_input=upload(each), transaction_id="same") for each in (ours, theirs)
        ]

        assert jobs[0]["id"] != jobs[1]["id"]

    def test_deleting_the_job_frees_its_key(self, client: TestClient, file_id: str) -> None:
        first = create(client, file_input=file_id, transaction_id="t")
        client.post(f"{V2}/{first['id']}/cancel")
        assert create(client, file_input=file_id, transaction_id="t")["id"] == first["id"]
        client.delete(f"{V2}/{first['id']}")

        assert create(client, file_input=file_id, transaction_id="t")["id"] != first["id"]


class TestStatus:
    def test_from_pending_to_completed(
        self, client: TestClient, file_id: str, tenants: TenantData
    ) -> None:
        job = create(client, file_input=file_id)
        claim = tenants.claim()
        assert read(client, job)["status"] == "RUNNING"
        queue.finish(tenants.database, claim, VERDICT)
        done = read(client, job, expand="usage")

        assert done["status"] == "COMPLETED"
        assert done["result"] == {
            "type": VERDICT.verdict.type,
            "confidence": VERDICT.verdict.confidence,
            "reasoning": VERDICT.verdict.reasoning,
            "candidates": [],
            "evidence": [],
            "summary": None,
            "reasons": [],
            "details": None,
        }
        assert done["error_message"] is None
        assert done["usage"] == {"credits": 0, "parse_credits": 0}

    def test_failed(self, client: TestClient, file_id: str, tenants: TenantData) -> None:
        job = create(client, file_input=file_id)
        failed = FileFailure(FileErrorCode.ENCRYPTED, "the file needs a password")
        queue.finish(tenants.database, tenants.claim(), failed)
        done = read(client, job)

        assert (done["status"], done["result"]) == ("FAILED", None)
        assert done["error_message"] == "a.txt: the file needs a password"
        assert done["error"] == {"code": "encrypted", "message": "the file needs a password"}

    def test_cancelled(self, client: TestClient, file_id: str, tenants: TenantData) -> None:
        job = create(client, file_input=file_id)
        claim = tenants.claim()
        answer = client.post(f"{V2}/{job['id']}/cancel")

        assert answer.status_code == 200
        assert answer.json()["status"] == read(client, job)["status"] == "CANCELLED"
        assert answer.json()["error"]["code"] == "cancelled"
        assert not queue.finish(tenants.database, claim, VERDICT)

    def test_an_ended_job_cannot_be_cancelled(
        self, client: TestClient, file_id: str, tenants: TenantData
    ) -> None:
        job = create(client, file_input=file_id)
        queue.finish(tenants.database, tenants.claim(), VERDICT)
        answer = client.post(f"{V2}/{job['id']}/cancel")

        assert answer.status_code == 409
        assert answer.headers["x-should-retry"] == "false"
        assert answer.json()["detail"].endswith("has ended already: it is COMPLETED.")
        assert read(client, job)["status"] == "COMPLETED"

    def test_deletion(self, client: TestClient, file_id: str) -> None:
        job = create(client, file_input=file_id)
        path = f"{V2}/{job['id']}"
        assert client.delete(path).status_code == 409
        client.post(f"{path}/cancel")
        answer = client.delete(path)

        assert answer.status_code == 200
        assert answer.json() == {"id": job["id"], "project_id": job["project_id"]}
        assert [client.get(path).status_code, client.delete(path).status_code] == [404, 404]


class TestListing:
    def test_pages_and_filters(self, client: TestClient, file_id: str, tenants: TenantData) -> None:
        made = [create(client, file_input=file_id) for _ in range(4)]
        ids = [job["id"] for job in made]
        queue.finish(tenants.database, tenants.claim(), VERDICT)
        tenants.claim()
        client.post(f"{V2}/{ids[3]}/cancel")

        assert listed(client) == ids[::-1]
        assert listed(client, status="COMPLETED") == ids[:1]
        assert listed(client, status="RUNNING") == ids[1:2]
        assert listed(client, status="PENDING") == ids[2:3]
        assert listed(client, status="CANCELLED") == ids[3:]
        assert listed(client, status="FAILED") == []
        assert listed(client, job_ids=[ids[0], ids[2], str(uuid4())]) == [ids[2], ids[0]]
        assert listed(client, created_at_on_or_after=made[2]["created_at"]) == ids[:1:-1]
        assert listed(client, created_at_on_or_before=made[1]["created_at"]) == ids[1::-1]
        both = {
            "created_at_on_or_after": made[1]["created_at"],
            "created_at_on_or_before": made[1]["created_at"],
        }
        assert listed(client, **both) == ids[1:2]

        first = client.get(V2, params={"page_size": 3, "include_total": "true"}).json()
        assert first["total_size"] == 4
        token = first["next_page_token"]
        assert listed(client, page_size=3, page_token=token) == ids[:1]
        assert listed(client, page_size=0) == ids[::-1]
        with_filter = {"page_token": token, "status": "PENDING"}
        assert client.get(V2, params=with_filter).status_code == 400
        assert client.get(JOBS, params={"page_token": token}).status_code == 400

    def test_a_moment_without_a_zone_is_utc(self, client: TestClient, file_id: str) -> None:
        job = create(client, file_input=file_id)
        moment = datetime.fromisoformat(job["created_at"]).astimezone(UTC)

        plain = moment.replace(tzinfo=None)
        assert listed(client, created_at_on_or_after=plain.isoformat()) == [job["id"]]
        later = plain + timedelta(microseconds=1)
        assert listed(client, created_at_on_or_after=later.isoformat()) == []

    def test_refused_filters(self, client: TestClient) -> None:
        for name, value in (
            ("status", "SUCCESS"),
            ("job_ids", "nonsense"),
            ("configuration_id", "cfg-nonsense"),
            ("created_at_on_or_after", "yesterday"),
            ("created_at_on_or_before", "0001-01-01T00:00:00+14:00"),
        ):
            location, _ = problem(client.get(V2, params={name: value}))

            assert location[:2] == ["query", name]

    def test_each_version_shows_its_own_jobs(self, client: TestClient, file_id: str) -> None:
        old, new = create_job(client, file_id), create(client, file_input=file_id)["id"]

        assert listed(client) == [new]
        assert [job["id"] for job in client.get(JOBS).json()["items"]] == [old]
        ways = ("", "/results")
        assert {client.get(f"{JOBS}/{new}{way}").status_code for way in ways} == {404}
        assert client.post(f"{JOBS}/{new}/cancel").status_code == 404
        assert client.delete(f"{JOBS}/{new}").status_code == 404
        assert client.get(f"{V2}/{old}").status_code == 404
        assert client.post(f"{V2}/{old}/cancel").status_code == 404
        assert client.delete(f"{V2}/{old}").status_code == 404

    def test_another_tenant_finds_nothing(
        self, api: Api, tenants: TenantData, client: TestClient
    ) -> None:
        other_client = api.tenant(tenants, "Other")
        file_id = upload(client)
        job = create(client, file_input=file_id)
        path = f"{V2}/{job['id']}"

        assert listed(other_client) == listed(other_client, job_ids=job["id"]) == []
        assert other_client.get(path).status_code == 404
        assert other_client.post(f"{path}/cancel").status_code == 404
        assert other_client.delete(path).status_code == 404
        assert post(other_client, file_input=file_id).status_code == 404
        assert read(client, job)["status"] == "PENDING"


class TestWebhooks:
    def test_events_are_those_of_version_2(
        self, client: TestClient, file_id: str, database: Database
    ) -> None:
        url = "https://hooks.example.com/a"
        create(
            client,
            file_input=file_id,
            webhook_configurations=[
                {"webhook_url": url},
                {"webhook_url": url, "webhook_events": []},
                {"webhook_url": url, "webhook_events": ["classify.running"]},
            ],
        )
        with database.read() as session:
            events = session.scalars(
                select(WebhookConfiguration.events).order_by(WebhookConfiguration.ordinal)
            ).all()

        ends = ["classify.success", "classify.error", "classify.cancelled"]
        assert events == [ends, ends, ["classify.running"]]
