"""Version 2: a job of one file, on both databases."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.db import Database
from app.errors import FileErrorCode
from app.jobs import single, transitions
from app.jobs.closing import Failed
from app.jobs.models import Job
from app.jobs.pages import PageSelection
from app.jobs.service import NewJob
from app.webhooks.models import WebhookConfiguration
from tests.integration.app.api import JOBS, RULES, Api, create_job, upload
from tests.integration.app.world import DAY, VERDICT, World
from tests.integration.app.world import RULES as NEW_RULES

V2 = "/api/v2/classify"
CONFIGURATION = {"rules": RULES}


# What is sent besides a good request, where it is refused, and words of the sentence.
REFUSALS: list[tuple[dict[str, object], list[object], str]] = [
    ({"file_input": None}, [], "file_input is missing"),
    ({"file_input": "pjb-" + str(uuid4())}, ["file_input"], "this server has no parse"),
    ({"parse_job_id": "pjb-1"}, ["parse_job_id"], "this server has no parse jobs"),
    ({"file_input": "https://a.example/b.pdf"}, ["file_input"], "id of an uploaded file"),
    ({"file_input": "x" * 201}, ["file_input"], "at most 200"),
    ({"file_id": str(uuid4())}, [], "name two files"),
    ({"configuration": None}, [], "either configuration or configuration_id"),
    ({"configuration_id": str(uuid4())}, [], "either configuration or configuration_id"),
    ({"configuration_id": "cfg-1"}, ["configuration_id"], "valid UUID"),
    ({"configuration": {"rules": []}}, ["configuration", "rules"], "at least 1"),
    (
        {"configuration": {"rules": RULES * 2}},
        ["configuration", "rules"],
        "each type may have one rule only",
    ),
    (
        {"configuration": {"rules": RULES, "mode": "MULTIMODAL"}},
        ["configuration", "mode"],
        "'FAST'",
    ),
    ({"transaction_id": ""}, ["transaction_id"], "at least 1 character"),
    ({"transaction_id": "a\0b"}, ["transaction_id"], "NUL"),
    (
        {"webhook_configurations": [{"surprise": 1}]},
        ["webhook_configurations", 0, "surprise"],
        "not permitted",
    ),
]
REFUSED_PAGES: list[tuple[dict[str, object], str]] = [
    ({"target_pages": "0"}, "counted from 1"),
    ({"target_pages": "1-"}, "such as 1,3-5"),
    ({"target_pages": [1]}, "valid string"),
    ({"max_pages": 0}, "greater than or equal to 1"),
    ({"lang": "x" * 101}, "at most 100"),
]


@pytest.fixture
def client(api: Api, world: World) -> TestClient:
    return api.client(api.key(world.here))


@pytest.fixture
def file_id(client: TestClient) -> str:
    return upload(client)


def post(client: TestClient, **body: object) -> httpx2.Response:
    return client.post(V2, json={"configuration": CONFIGURATION, **body})


def create(client: TestClient, **body: object) -> dict[str, Any]:
    answer = post(client, **body)
    assert answer.status_code == 200, answer.text
    job: dict[str, Any] = answer.json()
    return job


def read(client: TestClient, job: dict[str, Any], **query: str) -> dict[str, Any]:
    answer = client.get(f"{V2}/{job['id']}", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def listed(client: TestClient, **query: object) -> list[str]:
    answer = client.get(V2, params=query)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    return [job["id"] for job in answer.json()["items"]]


def problem(answer: httpx2.Response) -> tuple[list[object], str]:
    assert answer.status_code == 422, answer.text
    (problem,) = answer.json()["detail"]
    return problem["loc"], problem["msg"].removeprefix("Value error, ")


def stored_jobs(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Job)) or 0


class TestCreate:
    def test_defaults(self, client: TestClient, file_id: str) -> None:
        job = create(client, file_input=file_id)

        assert job["status"] == "PENDING"
        assert job["file_input"] == job["document_input_value"] == file_id
        assert job["document_input_type"] == "file_id"
        assert job["configuration"] == {
            "rules": RULES,
            "mode": "FAST",
            "parsing_configuration": {"lang": "en", "max_pages": None, "target_pages": None},
        }
        empty = (
            "configuration_id",
            "transaction_id",
            "parse_job_id",
            "result",
            "error_message",
            "error",
            "usage",
        )
        assert [job[name] for name in empty] == [None] * len(empty)
        assert job["warnings"] == []
        assert read(client, job) == job

    def test_each_form_of_the_input(self, client: TestClient, file_id: str) -> None:
        for field in ("file_input", "file_id"):
            for form in (file_id, f"dfl-{file_id}"):
                assert create(client, **{field: form})["file_input"] == file_id

    def test_the_same_file_in_both_fields(self, client: TestClient, file_id: str) -> None:
        job = create(client, file_input=file_id, file_id=f"dfl-{file_id}")

        assert job["file_input"] == file_id

    def test_null_means_left_out(self, client: TestClient, file_id: str) -> None:
        nothing = (
            "file_id",
            "parse_job_id",
            "configuration_id",
            "transaction_id",
            "webhook_configurations",
            "webhook_configuration_ids",
        )
        job = create(
            client,
            file_input=file_id,
            configuration={**CONFIGURATION, "mode": None, "parsing_configuration": None},
            unknown="ignored",
            **dict.fromkeys(nothing),
        )

        assert job["configuration"]["mode"] == "FAST"

    def test_pages_reach_the_worker_counted_from_0(
        self, client: TestClient, file_id: str, world: World
    ) -> None:
        parsing = {"lang": "pt-BR", "max_pages": 7, "target_pages": "5, 1-2"}
        job = create(
            client,
            file_input=file_id,
            configuration={**CONFIGURATION, "parsing_configuration": parsing},
        )
        claim = world.claim()

        assert job["configuration"]["parsing_configuration"] == {
            "lang": "pt-BR",
            "max_pages": 7,
            "target_pages": "1-2,5",
        }
        assert (claim.pages.target_pages, claim.pages.max_pages) == ((0, 1, 4), 7)
        assert claim.lang == "pt"
        assert job["warnings"] == []

    def test_a_language_that_nobody_knows_is_a_warning(
        self, client: TestClient, file_id: str, world: World
    ) -> None:
        parsing = {"lang": "Klingon"}
        job = create(
            client,
            file_input=file_id,
            configuration={**CONFIGURATION, "parsing_configuration": parsing},
        )

        assert job["configuration"]["parsing_configuration"]["lang"] == "Klingon"
        assert job["warnings"] == [
            "This server does not know the language 'Klingon': scans are read as English."
        ]
        assert world.claim().lang == "en"

    def test_refusals(self, client: TestClient, file_id: str) -> None:
        for changes, where, words in REFUSALS:
            location, message = problem(post(client, **{"file_input": file_id, **changes}))

            assert location == ["body", *where], changes
            assert words in message, changes

    def test_refused_pages(self, client: TestClient, file_id: str) -> None:
        for parsing, words in REFUSED_PAGES:
            configuration = {**CONFIGURATION, "parsing_configuration": parsing}
            answer = post(client, file_input=file_id, configuration=configuration)
            location, message = problem(answer)

            place = ["body", "configuration", "parsing_configuration", next(iter(parsing))]
            assert location == place, parsing
            assert words in message, parsing

    def test_half_of_a_surrogate_pair(self, client: TestClient, file_id: str) -> None:
        """JSON can spell it, UTF-8 cannot: neither a database nor a cipher takes it."""
        webhook = {"webhook_url": "https://hooks.example.com", "webhook_signing_secret": "\ud800"}
        place = ["webhook_configurations", 0, "webhook_signing_secret"]
        for path, body, where in (
            (V2, {"webhook_configurations": [webhook]}, place),
            (
                JOBS,
                {"file_ids": [file_id], "rules": RULES, "webhook_configurations": [webhook]},
                place,
            ),
            (V2, {"transaction_id": "\ud800"}, ["transaction_id"]),
            ("/api/v1/beta/webhook-configs", webhook, ["webhook_signing_secret"]),
        ):
            full = {"file_input": file_id, "configuration": CONFIGURATION, **body}
            sent = json.dumps(full if path == V2 else body).encode()
            location, _ = problem(client.post(path, content=sent))

            assert location == ["body", *where]

    def test_more_rules_than_allowed(self, world: World, api: Api) -> None:
        client = Api(world.database, api.folder, job_max_rules=1).client(api.key(world.here))
        rules = [{"type": f"t{n}", "description": "a description"} for n in range(2)]

        location, message = problem(
            post(client, file_input=str(uuid4()), configuration={"rules": rules})
        )

        assert location == ["body", "configuration", "rules"]
        assert message == "A job takes at most 1 rules, not 2."

    def test_an_unknown_file_leaves_nothing_behind(
        self, client: TestClient, database: Database
    ) -> None:
        unknown = str(uuid4())
        answer = post(client, file_input=unknown, transaction_id="t")

        assert answer.status_code == 404
        assert unknown in answer.json()["detail"]
        assert stored_jobs(database) == 0


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
        api.wakeups.listen(lambda: heard.append("woken"))
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

    def test_who_comes_second_gets_the_first_job(self, world: World) -> None:
        """The race in slow motion: both have seen that there is no such job yet."""
        file_id = world.file()
        new = NewJob(
            (file_id,),
            NEW_RULES,
            "FAST",
            "en",
            PageSelection(),
            api_version=single.API_VERSION,
            transaction_id="race",
        )
        first, is_new = single.create(world.database, world.here, world.secrets, new, DAY)
        second, is_second_new = single.create(world.database, world.here, world.secrets, new, DAY)

        assert (is_new, is_second_new) == (True, False)
        assert first.job.id == second.job.id

    def test_another_project_has_its_own_keys(self, api: Api, world: World) -> None:
        ours, theirs = api.tenant(world, "Ours"), api.tenant(world, "Theirs")
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
        self, client: TestClient, file_id: str, world: World
    ) -> None:
        job = create(client, file_input=file_id)
        claim = world.claim()
        assert read(client, job)["status"] == "RUNNING"
        transitions.finish(world.database, claim, VERDICT)
        done = read(client, job, expand="usage")

        assert done["status"] == "COMPLETED"
        assert done["result"] == {
            "type": VERDICT.type,
            "confidence": VERDICT.confidence,
            "reasoning": VERDICT.reasoning,
        }
        assert done["error_message"] is None
        assert done["usage"] == {"credits": 0, "parse_credits": 0}

    def test_failed(self, client: TestClient, file_id: str, world: World) -> None:
        job = create(client, file_input=file_id)
        failed = Failed(FileErrorCode.ENCRYPTED, "the file needs a password")
        transitions.finish(world.database, world.claim(), failed)
        done = read(client, job)

        assert (done["status"], done["result"]) == ("FAILED", None)
        assert done["error_message"] == "a.txt: the file needs a password"
        assert done["error"] == {"code": "encrypted", "message": "the file needs a password"}

    def test_cancelled(self, client: TestClient, file_id: str, world: World) -> None:
        job = create(client, file_input=file_id)
        claim = world.claim()
        answer = client.post(f"{V2}/{job['id']}/cancel")

        assert answer.status_code == 200
        assert answer.json()["status"] == read(client, job)["status"] == "CANCELLED"
        assert answer.json()["error"]["code"] == "cancelled"
        assert not transitions.finish(world.database, claim, VERDICT)

    def test_an_ended_job_cannot_be_cancelled(
        self, client: TestClient, file_id: str, world: World
    ) -> None:
        job = create(client, file_input=file_id)
        transitions.finish(world.database, world.claim(), VERDICT)
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
    def test_pages_and_filters(self, client: TestClient, file_id: str, world: World) -> None:
        made = [create(client, file_input=file_id) for _ in range(4)]
        ids = [job["id"] for job in made]
        transitions.finish(world.database, world.claim(), VERDICT)
        world.claim()
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

    def test_a_stranger_finds_nothing(self, api: Api, world: World, client: TestClient) -> None:
        stranger = api.tenant(world, "Stranger")
        file_id = upload(client)
        job = create(client, file_input=file_id)
        path = f"{V2}/{job['id']}"

        assert listed(stranger) == listed(stranger, job_ids=job["id"]) == []
        assert stranger.get(path).status_code == 404
        assert stranger.post(f"{path}/cancel").status_code == 404
        assert stranger.delete(path).status_code == 404
        assert post(stranger, file_input=file_id).status_code == 404
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
