"""Listings neither repeat nor skip rows between pages, and their queries use indexes."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, insert, select, text, update

from app.db import Database, new_id
from app.files import service as files
from app.files.service import FileFilter
from app.jobs import recovery, single_file
from app.jobs import service as jobs
from app.jobs.models import Item, Job
from app.jobs.single_file import JobFilter
from app.jobs.values import ApiVersion
from app.paging import MAX_COUNT, Key, Page, PageRequest
from devtools.tenant_data import TenantData
from tests.integration.conftest import DATABASES, migrate

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def add_jobs(tenants: TenantData, moments: list[datetime]) -> list[UUID]:
    ids = [new_id() for _ in moments]
    rows = [
        {
            "id": job_id,
            "project_id": tenants.first.project_id,
            "user_id": "somebody",
            "status": "SUCCESS",
            "mode": "FAST",
            "rules": [],
            "lang": "en",
            "file_count": 1,
            "created_at": moment,
            "deadline_at": moment,
        }
        for job_id, moment in zip(ids, moments, strict=True)
    ]
    with tenants.database.write() as session:
        session.execute(insert(Job), rows)
    return ids


def page_of_jobs(tenants: TenantData, size: int, after: Key | None = None) -> Page[Job]:
    with tenants.database.read() as session:
        return jobs.find_page(session, tenants.first, PageRequest(size, after), ApiVersion.V1)


def all_pages(tenants: TenantData, size: int) -> list[UUID]:
    page, seen = page_of_jobs(tenants, size), []
    while True:
        assert len(page.rows) <= size
        seen += [job.id for job in page.rows]
        if page.next_after is None:
            return seen
        page = page_of_jobs(tenants, size, page.next_after)


def test_equal_moments_are_neither_doubled_nor_skipped(tenants: TenantData) -> None:
    made = add_jobs(tenants, [NOON] * 7 + [NOON + timedelta(seconds=1)] * 4)

    seen = all_pages(tenants, size=3)

    assert seen == sorted(made[7:], reverse=True) + sorted(made[:7], reverse=True)


def test_jobs_that_come_meanwhile_do_not_shift_the_pages(tenants: TenantData) -> None:
    made = add_jobs(tenants, [NOON + timedelta(seconds=n) for n in range(5)])
    first = page_of_jobs(tenants, size=2)

    add_jobs(tenants, [NOON + timedelta(hours=1)] * 3)
    second = page_of_jobs(tenants, size=2, after=first.next_after)

    assert [job.id for job in [*first.rows, *second.rows]] == made[:0:-1]


def test_a_page_that_is_just_full_is_the_last_one(tenants: TenantData) -> None:
    add_jobs(tenants, [NOON] * 4)

    assert page_of_jobs(tenants, size=4).next_after is None


def test_a_microsecond_makes_a_difference(tenants: TenantData) -> None:
    """Both databases keep microseconds, or the keys of a token would miss their rows."""
    older, newer = add_jobs(tenants, [NOON, NOON + timedelta(microseconds=1)])

    assert all_pages(tenants, size=1) == [newer, older]


def test_totals_are_counted_on_request_up_to_a_cap(tenants: TenantData) -> None:
    add_jobs(tenants, [NOON] * (MAX_COUNT + 5))

    with tenants.database.read() as session:
        asked = jobs.find_page(
            session, tenants.first, PageRequest(1, include_total=True), ApiVersion.V1
        )
        unasked = jobs.find_page(session, tenants.first, PageRequest(1), ApiVersion.V1)

    assert (asked.total, unasked.total) == (MAX_COUNT, None)


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (FileFilter(), ["b.txt", "a.txt", "a.txt"]),
        (FileFilter(file_name="a.txt"), ["a.txt", "a.txt"]),
        (FileFilter(file_name="A.TXT"), []),
        (FileFilter(file_ids=()), []),
        (FileFilter(external_file_id="none"), []),
    ],
)
def test_files_are_filtered(tenants: TenantData, wanted: FileFilter, names: list[str]) -> None:
    for name in ("a.txt", "a.txt", "b.txt"):
        tenants.file(name)

    with tenants.database.read() as session:
        page = files.find_page(session, tenants.first, wanted, PageRequest(10))

    assert [file.name for file in page.rows] == names


@pytest.fixture(scope="module", params=DATABASES)
def busy(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TenantData]:
    """Enough rows that no planner finds reading all of them quicker."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('busy') / 'pigeonhole.db'}"
        migrate(url)
    else:
        url = request.getfixturevalue("postgres_server").fresh_database(migrate)
    with closing(Database(url)) as database:
        tenants = TenantData(database)
        fill(tenants)
        yield tenants


def fill(tenants: TenantData) -> None:
    made = add_jobs(tenants, [NOON + timedelta(seconds=n) for n in range(3000)])
    statuses = ("queued", "done", "done", "done")
    with tenants.database.write() as session:
        session.execute(
            insert(Item),
            [
                {
                    "job_id": job_id,
                    "project_id": tenants.first.project_id,
                    "ordinal": ordinal,
                    "file_id": new_id(),
                    "file_name": "a",
                    "status": status,
                    "created_at": NOON,
                    "updated_at": NOON,
                }
                for job_id in made
                for ordinal, status in enumerate(statuses)
            ],
        )
        session.execute(update(Job).where(Job.id.in_(made[::2])).values(api_version=2))
        session.execute(text("ANALYZE"))


class TestPlans:
    """What the database does for the queries that a busy server makes all the time."""

    def plans(self, database: Database, use: Callable[[], object]) -> list[str]:
        """Return how the database would run each statement that `use` sends."""
        sent: list[tuple[str, Any]] = []

        def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
            if statement.startswith(("SELECT", "UPDATE")):
                sent.append((statement, parameters))

        event.listen(database.engine, "before_cursor_execute", note)
        use()
        event.remove(database.engine, "before_cursor_execute", note)
        prefix = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
        with database.engine.connect() as connection:
            return [
                "\n".join(
                    " ".join(map(str, row))
                    for row in connection.exec_driver_sql(f"{prefix} {statement}", parameters)
                )
                for statement, parameters in sent
            ]

    def test_claiming_reads_the_queue_index_in_order(self, busy: TenantData) -> None:
        plans = self.plans(busy.database, busy.claim)

        # Take the first item of a project, read its job and its file.
        take, job = plans
        assert "ix_items_queue" in take
        assert not sorts(take)
        assert not sorts(job)
        assert not scans(take)
        # There are no files here, and no planner uses the index of an empty table.
        assert not re.search(r"(Seq Scan on|SCAN) (items|jobs)", job)

    @pytest.mark.parametrize("database", ["postgres"], indirect=True)
    def test_a_claim_reads_the_queue_once_with_any_statistics(self, tenants: TenantData) -> None:
        """A planner that expects an empty queue could scan it for each row.

        The first of the queue is found once, by the index in its order, before anything else; the
        row itself by its id.
        """
        add_jobs(tenants, [NOON])
        with tenants.database.write() as session:
            session.execute(text("ANALYZE items"))
        tenants.job(500)
        take, *_ = self.plans(tenants.database, tenants.claim)

        assert "InitPlan" in take
        assert "SubPlan" not in take
        assert "Index Scan using pk_items" in take
        assert "Index Scan using ix_items_queue" in take
        assert not sorts(take)

    @pytest.mark.parametrize("use", ["requeue", "end_overdue", "count_open"])
    def test_the_sweeper_reads_indexes(self, busy: TenantData, use: str) -> None:
        calls: dict[str, Callable[[], object]] = {
            "requeue": lambda: recovery.requeue_expired(busy.database, 3),
            "end_overdue": lambda: recovery.end_overdue(busy.database),
            "count_open": lambda: recovery.count_open(busy.database, 64),
        }
        index = {
            "requeue": "ix_items_leases",
            "end_overdue": "ix_jobs_deadline",
            "count_open": "ix_items_queue",
        }

        (plan,) = self.plans(busy.database, calls[use])

        assert index[use] in plan
        assert not sorts(plan)

    def test_a_page_in_the_depth_reads_the_index_from_its_key(self, busy: TenantData) -> None:
        (plan,) = self.plans(
            busy.database,
            lambda: page_of_jobs(busy, 50, after=(NOON + timedelta(minutes=10), new_id())),
        )

        assert "ix_jobs_newest" in plan
        assert not sorts(plan)
        assert not scans(plan)

    def test_a_page_of_version_2_reads_the_index_from_its_key(self, busy: TenantData) -> None:
        request = PageRequest(50, (NOON + timedelta(minutes=10), new_id()))
        with busy.database.read() as session:
            (plan,) = self.plans(
                busy.database,
                lambda: single_file.find_page(session, busy.first, JobFilter(), request),
            )

        assert "ix_jobs_newest" in plan
        assert "uq_items_job_id_ordinal" in plan
        assert not sorts(plan)
        assert not scans(plan.replace("Seq Scan on results", ""))  # which is empty

    def test_results_are_found_by_their_job(self, busy: TenantData) -> None:
        with busy.database.read() as session:
            job_id = session.scalar(select(Job.id).where(Job.api_version == 1).limit(1))
            assert job_id is not None
            (_, plan) = self.plans(
                busy.database, lambda: jobs.results(session, busy.first, job_id, ApiVersion.V1)
            )

        assert "uq_items_job_id_ordinal" in plan
        assert not scans(plan.replace("Seq Scan on results", ""))  # which is empty


def sorts(plan: str) -> bool:
    return "TEMP B-TREE" in plan or "Sort" in plan


def scans(plan: str) -> bool:
    """Tell whether a plan reads a whole table."""
    return "Seq Scan" in plan or re.search(r"SCAN \w+$", plan, re.MULTILINE) is not None
