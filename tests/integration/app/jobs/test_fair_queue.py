"""The queue is shared between projects, on both databases."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text, update

from app.db import Database
from app.jobs import queue, recovery
from app.jobs.models import Item
from app.jobs.turns import ProjectTurns, find_shares
from devtools.tenant_data import LEASE, TenantData
from tests.integration.application import JOBS, RULES, Api, upload


def test_another_project_is_next_though_its_job_is_younger(tenants: TenantData) -> None:
    turns = ProjectTurns()
    other = tenants.add("Other")
    many = [tenants.job(1) for _ in range(3)]
    late = tenants.job(2, scope=other)

    order = [queue.claim_next(tenants.database, "w", LEASE, turns) for _ in range(5)]

    assert [claim and claim.job_id for claim in order] == [many[0], late, many[1], late, many[2]]


def test_a_free_worker_serves_the_project_with_less_in_hand(tenants: TenantData) -> None:
    other = tenants.add("Other")
    for _ in range(4):
        tenants.job(1)
    first, second = (tenants.claim(f"w{number}") for number in range(2))
    late = tenants.job(2, scope=other)

    # Each worker has its own account, and none of them has served anyone.
    claims = [tenants.claim(f"w{number}") for number in range(2, 4)]

    assert first.project_id == second.project_id == tenants.first.project_id
    assert [claim.job_id for claim in claims] == [late, late]


def test_weights_share_the_workers(tenants: TenantData) -> None:
    other = tenants.add("Other")
    tenants.job(20)
    tenants.job(20, scope=other)
    turns = ProjectTurns({other.project_id: 3})

    served = Counter(
        claim.project_id
        for _ in range(8)
        if (claim := queue.claim_next(tenants.database, "w", LEASE, turns))
    )

    assert served == {other.project_id: 6, tenants.first.project_id: 2}


def test_shares_count_what_is_in_hand(tenants: TenantData) -> None:
    other = tenants.add("Other")
    tenants.job(3)
    tenants.job(1, scope=other)
    tenants.claim()

    with tenants.database.read() as session:
        shares = {share.project_id: share.in_hand for share in find_shares(session)}

    assert shares in (
        {tenants.first.project_id: 1, other.project_id: 0},
        {tenants.first.project_id: 0},
    )


def test_items_of_the_release_before_get_their_project(tenants: TenantData) -> None:
    job_id = tenants.job(2)
    with tenants.database.write() as session:
        session.execute(update(Item).values(project_id=None))

    claims = [tenants.claim() for _ in range(2)]

    assert [(claim.job_id, claim.project_id) for claim in claims] == [
        (job_id, tenants.first.project_id)
    ] * 2
    assert queue.claim_next(tenants.database, "w", LEASE) is None


def test_a_claim_reads_the_queue_by_its_index(tenants: TenantData) -> None:
    database = tenants.database
    tenants.job(300)
    if not database.is_sqlite:
        with database.engine.connect().execution_options(
            isolation_level="AUTOCOMMIT"
        ) as connection:
            connection.execute(text("ANALYZE items"))

    plan = (
        explain(database, "ORDER BY project_id LIMIT 1"),
        explain(
            database,
            f"AND project_id = '{bare(database, tenants)}' ORDER BY ordinal, job_id LIMIT 1",
        ),
    )

    assert all("ix_items_queue" in each and "SORT" not in each.upper() for each in plan)


def bare(database: Database, tenants: TenantData) -> str:
    project_id = tenants.first.project_id
    return project_id.hex if database.is_sqlite else str(project_id)


def explain(database: Database, rest: str) -> str:
    verb = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    statement = f"{verb} SELECT id FROM items WHERE status = 'queued' {rest}"  # constants
    with database.read() as session:
        return "\n".join(str(row[-1]) for row in session.execute(text(statement)))


class TestOpenFiles:
    @pytest.fixture
    def api(self, tenants: TenantData, tmp_path: Path) -> Api:
        return Api(tenants.database, tmp_path, project_max_open_files=3)

    def test_a_project_may_have_so_many_files_that_wait(
        self, tenants: TenantData, api: Api
    ) -> None:
        client, other = api.tenant(tenants, "A"), api.tenant(tenants, "B")
        file_id = upload(client)

        answers = [
            client.post(JOBS, json={"file_ids": [file_id] * count, "rules": RULES})
            for count in (2, 2, 1)
        ]
        claim = tenants.claim()
        queue.finish(tenants.database, claim, recovery.OVERDUE)
        again = client.post(JOBS, json={"file_ids": [file_id], "rules": RULES})

        assert [answer.status_code for answer in answers] == [200, 429, 200]
        assert answers[1].json()["detail"] == (
            "2 files of this project wait for a worker, and 2 more would exceed the limit of 3. "
            "Try again when some of them have ended."
        )
        assert answers[1].headers["Retry-After"] == "30"
        assert again.status_code == 200
        assert other.post(JOBS, json={"file_ids": [upload(other)], "rules": RULES}).is_success

    def test_the_limit_is_that_of_v2_too(self, tenants: TenantData, api: Api) -> None:
        client = api.tenant(tenants, "A")
        file_id = upload(client)
        client.post(JOBS, json={"file_ids": [file_id] * 3, "rules": RULES})

        answer = client.post(
            "/api/v2/classify", json={"file_input": file_id, "configuration": {"rules": RULES}}
        )

        assert answer.status_code == 429


@pytest.mark.parametrize(("limit", "is_refused"), [(9_999, True), (10_000, False), (0, False)])
def test_the_bound_on_work(
    tenants: TenantData, tmp_path: Path, limit: int, is_refused: bool
) -> None:
    api = Api(tenants.database, tmp_path, job_max_work=limit)
    client = api.tenant(tenants, "A")
    file_id = upload(client, content=b"x" * 1000)
    rules = [{**RULES[0], "examples": [{"text": "INVOICE 7"}] * 2}]

    answer = client.post(JOBS, json={"file_ids": [file_id] * 5, "rules": rules})
    without = client.post(JOBS, json={"file_ids": [file_id] * 5, "rules": RULES})

    assert (answer.status_code, without.status_code) == (422 if is_refused else 200, 200)
    if is_refused:
        assert answer.json()["detail"][0]["msg"] == (
            "This job is too large for the server: 1 rules times 2 examples times 5000 bytes of "
            "files exceed 9999. Use fewer files, rules or examples in one job."
        )
