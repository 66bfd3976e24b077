"""The fields of a new job of version 2, on both databases."""

import json
from uuid import uuid4

from fastapi.testclient import TestClient

from app.db import Database
from devtools.tenant_data import TenantData
from tests.integration.app.api.v2.requests import (
    CONFIGURATION,
    V2,
    create,
    post,
    problem,
    read,
    stored_jobs,
)
from tests.integration.application import JOBS, RULES, Api

# Changes that make a valid body invalid, the location of the error, and words of its message.
REFUSALS: list[tuple[dict[str, object], list[object], str]] = [
    ({"file_input": None}, [], "file_input is missing"),
    ({"file_input": "pjb-" + str(uuid4())}, ["file_input"], "This server has no parse"),
    ({"parse_job_id": "pjb-1"}, ["parse_job_id"], "This server has no parse jobs"),
    (
        {"file_input": "https://a.example/b.pdf"},
        ["file_input"],
        "Not a file id. Upload the file first",
    ),
    ({"file_input": "x" * 201}, ["file_input"], "at most 200"),
    ({"file_id": str(uuid4())}, [], "name two files"),
    ({"configuration": None}, [], "Give either configuration or configuration_id"),
    ({"configuration_id": str(uuid4())}, [], "Give either configuration or configuration_id"),
    ({"configuration_id": "cfg-1"}, ["configuration_id"], "Not an id of this server"),
    ({"configuration": {"rules": []}}, ["configuration", "rules"], "Give at least one rule."),
    (
        {"configuration": {"rules": RULES * 2}},
        ["configuration", "rules"],
        "Give each type one rule only",
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
            "min_confidence": None,
            "learn": None,
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
        self, client: TestClient, file_id: str, tenants: TenantData
    ) -> None:
        parsing = {"lang": "pt-BR", "max_pages": 7, "target_pages": "5, 1-2"}
        job = create(
            client,
            file_input=file_id,
            configuration={**CONFIGURATION, "parsing_configuration": parsing},
        )
        claim = tenants.claim()

        assert job["configuration"]["parsing_configuration"] == {
            "lang": "pt-BR",
            "max_pages": 7,
            "target_pages": "1-2,5",
        }
        assert (claim.pages.target_pages, claim.pages.max_pages) == ((0, 1, 4), 7)
        assert claim.lang == "pt"
        assert job["warnings"] == []

    def test_a_language_that_was_not_given_is_known_to_the_worker(
        self, client: TestClient, file_id: str, tenants: TenantData
    ) -> None:
        for parsing, lang in (
            (None, None),
            ({"max_pages": 1}, None),
            ({"lang": None}, None),
            ({"lang": "en"}, "en"),
        ):
            configuration = {**CONFIGURATION, "parsing_configuration": parsing}
            job = create(client, file_input=file_id, configuration=configuration)

            assert job["configuration"]["parsing_configuration"]["lang"] == "en"
            assert tenants.claim().lang == lang

    def test_an_unknown_language_is_a_warning(
        self, client: TestClient, file_id: str, tenants: TenantData
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
        assert tenants.claim().lang == "en"

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

    def test_more_rules_than_allowed(self, tenants: TenantData, api: Api) -> None:
        client = Api(tenants.database, api.folder, job_max_rules=1).client(api.key(tenants.first))
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
