"""Hints about rules from the request to the answer: the API, the queue, and a worker."""

from collections.abc import Sequence
from datetime import timedelta

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from app.db import now
from app.errors import PigeonholeError
from app.files.deletions import BlobDeleter
from app.lint import requests
from app.lint.models import LintRequest
from app.maintenance.purge import purge_project
from devtools.tenant_data import TenantData
from tests.integration.application import Api
from tests.integration.worker.pipeline_environment import PipelineEnvironment
from worker.classification.engine import Engine
from worker.rules_linter import FAILED, GAVE_UP, RulesLinter

INVOICE = {"type": "invoice", "description": "A bill from a seller with line items and a total."}
BILL = {"type": "bill", "description": "A bill from a seller with line items and the total."}
ANY = {"type": "other", "description": "any other document"}
Rules = Sequence[dict[str, str]]


class Lint:
    """A client, and a worker that answers requests for hints and nothing else."""

    def __init__(self, api: Api, tenants: TenantData, engine: Engine) -> None:
        self.database = api.database
        self.client = api.client(api.key(tenants.first))
        self.worker = RulesLinter(api.database, engine)

    def ask(self, *rules: dict[str, str], client: TestClient | None = None) -> httpx2.Response:
        path = "/api/v1/classifier/rules/lint"
        return (client or self.client).post(path, json={"rules": rules})

    def change(self, **values: object) -> None:
        with self.database.write() as session:
            session.execute(update(LintRequest).values(values))

    def count(self) -> int | None:
        with self.database.read() as session:
            return session.scalar(select(func.count(LintRequest.id)))


@pytest.fixture
def lint(api: Api, tenants: TenantData, engine: Engine) -> Lint:
    return Lint(api, tenants, engine)


def test_a_worker_finds_hints_once(lint: Lint) -> None:
    first = lint.ask(INVOICE, BILL, ANY)
    assert (first.status_code, first.headers["Retry-After"]) == (202, "1"), first.text
    assert first.json() == {"status": "pending"}
    assert lint.ask(INVOICE, BILL, ANY).status_code == 202

    assert lint.worker.run_next("w")

    assert not lint.worker.run_next("w")
    overlap, catch_all = lint.ask(INVOICE, BILL, ANY).json()["hints"]
    assert (overlap["kind"], overlap["rules"], overlap["is_warning"]) == ("overlap", [0, 1], True)
    assert "mean nearly the same" in overlap["problem"]
    assert overlap["advice"].startswith("Merge them")
    assert (catch_all["kind"], catch_all["is_warning"]) == ("catch_all", False)
    # The order of the rules is part of the answer.
    assert lint.ask(BILL, INVOICE, ANY).status_code == 202


def test_rules_are_checked_as_those_of_jobs(lint: Lint) -> None:
    assert lint.ask().status_code == 422
    assert lint.ask(INVOICE, INVOICE).status_code == 422
    assert lint.count() == 0


def test_tenants_are_apart(lint: Lint, api: Api, tenants: TenantData) -> None:
    other = api.tenant(tenants, "Other")
    lint.ask(INVOICE)
    assert lint.worker.run_next("w")

    assert lint.ask(INVOICE, client=other).status_code == 202
    assert lint.ask(INVOICE).json() == {"hints": []}


def test_requests_are_bounded_and_purged(
    lint: Lint, tenants: TenantData, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "MAX_ROWS", 2)
    assert [lint.ask(rule).status_code for rule in (INVOICE, BILL, ANY)] == [202, 202, 429]

    # An answered request makes room for another.
    assert lint.worker.run_next("w")
    assert lint.ask(ANY).status_code == 202
    assert lint.count() == 2

    requests.delete_old(lint.database)
    assert lint.count() == 2
    lint.change(created_at=now() - requests.MAX_AGE - timedelta(seconds=1))
    requests.delete_old(lint.database)
    assert lint.count() == 0

    lint.ask(INVOICE)
    deleter = BlobDeleter(lint.database, api.blobs)
    purge_project(lint.database, deleter, tenants.first.project_id, None, actor="command:me")
    assert lint.count() == 0


def test_a_request_of_a_worker_that_died_is_answered_by_another(lint: Lint) -> None:
    lint.ask(INVOICE)
    lost = requests.claim_next(lint.database, "dead")
    assert lost is not None
    assert not lint.worker.run_next("w")

    requests.release_worker(lint.database, "dead")

    assert lint.worker.run_next("w")
    requests.fail(lint.database, lost, "has no effect any more")
    assert lint.ask(INVOICE).json() == {"hints": []}


def test_rules_that_no_worker_can_look_at_end_with_a_sentence(
    lint: Lint, tenants: TenantData
) -> None:
    # The API lets no empty set pass.
    project_id = tenants.first.project_id
    assert requests.ask(lint.database, project_id, []) is None
    assert lint.worker.run_next("w")
    with pytest.raises(PigeonholeError, match=FAILED):
        requests.ask(lint.database, project_id, [])

    lint.ask(INVOICE)
    lint.change(attempt=requests.MAX_ATTEMPTS)
    assert lint.worker.run_next("w")
    answer = lint.ask(INVOICE)
    assert (answer.status_code, answer.json()["detail"]) == (500, GAVE_UP)


def test_hints_wait_for_files_but_not_for_long(pipeline_env: PipelineEnvironment) -> None:
    environment = pipeline_env
    database, project = environment.tenants.database, environment.tenants.first.project_id
    engine = environment.pipeline.engine
    rules = engine.scorer.knowledge.rules[:1]
    patient, due = RulesLinter(database, engine), RulesLinter(database, engine, look_seconds=-1)
    job_ids = [environment.tenants.job([environment.file()]) for _ in range(2)]
    requests.ask(database, project, rules)

    assert environment.run(linter=patient)
    assert environment.outcome(job_ids[0]).status == "done"
    assert requests.ask(database, project, rules) is None
    assert environment.run(linter=due)
    assert environment.outcome(job_ids[1]).status == "queued"
    assert requests.ask(database, project, rules) is not None
