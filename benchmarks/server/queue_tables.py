"""A million jobs in the database: what a page, a new job and a claim cost there."""

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from app import schema
from app.db import Database, PostgresLimits
from app.jobs import queue
from app.jobs import service as jobs
from app.jobs.models import Job
from app.jobs.values import ApiVersion
from app.paging import PageRequest
from devtools.postgres import PostgresServer
from devtools.tenant_data import TenantData

# An ended job and its item, each with its moment in its id, as the program makes them.
START = "2026-01-01 00:00:00"
FILL_SQLITE = (
    """
    WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})
    INSERT INTO jobs (id, project_id, user_id, status, mode, rules, lang, file_count, ended_count,
        failed_count, created_at, updated_at, deadline_at)
    SELECT printf('%012x7', 1767225600000 + i * 1000) || '0008' || printf('%015x', i), '{project}',
        'benchmark', 'SUCCESS', 'FAST', '{rules}', 'en', 1, 1, 0,
        strftime('%Y-%m-%d %H:%M:%S', '{start}', '+' || i || ' seconds') || '.000000',
        strftime('%Y-%m-%d %H:%M:%S', '{start}', '+' || i || ' seconds') || '.000000',
        strftime('%Y-%m-%d %H:%M:%S', '{start}', '+' || i || ' seconds') || '.000000' FROM n
    """,
    """
    INSERT INTO items (id, job_id, ordinal, file_id, file_name, status, attempt, created_at,
        updated_at)
    SELECT id, id, 0, id, 'a.txt', 'done', 1, created_at, updated_at FROM jobs
    WHERE project_id = '{project}' AND id NOT IN (SELECT job_id FROM items)
    """,
)
FILL_POSTGRES = (
    """
    INSERT INTO jobs (id, project_id, user_id, status, mode, rules, lang, file_count, ended_count,
        failed_count, created_at, updated_at, deadline_at)
    SELECT (lpad(to_hex(1767225600000 + i * 1000), 12, '0') || '70008' || lpad(to_hex(i), 15, '0'))
        ::uuid, '{project}', 'benchmark', 'SUCCESS', 'FAST', '{rules}', 'en', 1, 1, 0, moment,
        moment, moment
    FROM generate_series({first}, {last}) AS i,
        LATERAL (SELECT timestamptz '{start}+00' + i * interval '1 second' AS moment) AS m
    """,
    """
    INSERT INTO items (id, job_id, ordinal, file_id, file_name, status, attempt, created_at,
        updated_at)
    SELECT id, id, 0, id, 'a.txt', 'done', 1, created_at, updated_at FROM jobs
    WHERE NOT EXISTS (SELECT 1 FROM items WHERE items.job_id = jobs.id)
    """,
)
RULES = '[{"type": "invoice", "description": "A bill with a total to pay."}]'
ROUNDS = 20


@contextmanager
def databases() -> Iterator[dict[str, Database]]:
    """Give an empty SQLite file and an empty database of a Postgres of our own."""
    postgres = PostgresServer()
    postgres.start()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="pigeonhole-") as folder,
            closing(Database(f"sqlite:///{Path(folder) / 'pigeonhole.db'}")) as sqlite,
            closing(
                Database(postgres.fresh_database(), PostgresLimits(statement_seconds=3600))
            ) as other,
        ):
            for database in (sqlite, other):
                schema.migrate(database)
            yield {"SQLite": sqlite, "Postgres": other}
    finally:
        postgres.stop()


def fill(database: Database, project: UUID, first: int, last: int) -> None:
    """Add ended jobs of one file each, numbered `first` to `last`, and bring statistics up."""
    if first > last:
        return
    values = {
        "first": first,
        "last": last,
        "project": project.hex if database.is_sqlite else project,
        "rules": RULES,
        "start": START,
    }
    for statement in FILL_SQLITE if database.is_sqlite else FILL_POSTGRES:
        with database.engine.begin() as connection:
            connection.exec_driver_sql(statement.format(**values))
    if database.is_sqlite:
        with database.engine.begin() as connection:
            connection.execute(text("ANALYZE"))
    else:
        engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))


class Reads:
    """Counts what the database reads: 8 KB buffers on Postgres, steps of its machine on SQLite.

    Triggers and foreign keys are in it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._steps = 0
        if database.is_sqlite:
            event.listen(database.engine, "checkout", self._count_steps)

    def _count_steps(self, connection: sqlite3.Connection, *_: object) -> None:
        connection.set_progress_handler(self._step, 1)

    def _step(self) -> int:
        self._steps += 1
        return 0

    def of(self, work: Callable[[], object]) -> float:
        """Return the median over a few rounds."""
        figures = []
        for _ in range(ROUNDS):
            before = self._now()
            work()
            figures.append(self._now() - before)
        return statistics.median(figures)

    def _now(self) -> int:
        if self._database.is_sqlite:
            return self._steps
        # Each session brings its counts in when it is asked to, or after a second.
        with self._database.engine.connect() as connection:
            connection.execute(text("SELECT pg_stat_force_next_flush()"))
            connection.commit()
            total = connection.scalar(
                text(
                    "SELECT sum(heap_blks_read + heap_blks_hit + coalesce(idx_blks_read, 0)"
                    " + coalesce(idx_blks_hit, 0)) FROM pg_statio_user_tables"
                )
            )
        return int(total or 0)


def page_milliseconds(tenants: TenantData, after_share: float | None, count: int) -> float:
    """Return the median time of a page of 50 jobs, from this share of the way down."""
    after = None
    if after_share is not None:
        with tenants.database.read() as session:
            query = select(Job.created_at, Job.id).order_by(Job.id.desc())
            row = session.execute(
                query.offset(min(int(count * after_share), count - 51)).limit(1)
            ).one()
            after = (row.created_at, row.id)
    times = []
    for _ in range(ROUNDS):
        with tenants.database.read() as session:
            session.connection()  # opening one does not belong to the page
            began = time.perf_counter()
            page = jobs.find_page(session, tenants.first, PageRequest(50, after), ApiVersion.V1)
            times.append((time.perf_counter() - began) * 1000)
        assert page.rows  # a page of nothing would be quick
    return statistics.median(times)


def hello_milliseconds(database: Database) -> float:
    """Return the median time of the smallest statement there is, the baseline."""
    times = []
    with Session(database.engine) as session:
        for _ in range(ROUNDS):
            began = time.perf_counter()
            session.execute(select(func.count()))
            times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def measure(database: Database, tenants: TenantData, file_id: UUID, count: int) -> list[str]:
    """Return a row of the table: pages in milliseconds, reads of a create and of a claim."""
    pages = [page_milliseconds(tenants, share, count) for share in (None, 0.5, 1.0)]
    reads = Reads(database)
    create = reads.of(lambda: tenants.job([file_id]))

    def claim() -> None:
        assert queue.claim_next(database, "w", timedelta(minutes=1))

    claimed = reads.of(claim)
    return [
        f"{hello_milliseconds(database):.2f}",
        *(f"{each:.2f}" for each in pages),
        f"{create:.0f}",
        f"{claimed:.0f}",
    ]


def claims_of_a_backlog(database: Database, claims: int) -> tuple[float, float]:
    """Return the reads of a claim at the beginning of a backlog and after so many others.

    The worst for an index: nothing new comes in, and no vacuum cleans up what was claimed.
    """
    tenants = TenantData(database)
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE items SET (autovacuum_enabled = off)"))
        connection.execute(
            text(
                "UPDATE items SET status = 'queued' WHERE id IN"
                " (SELECT id FROM items WHERE status = 'done' ORDER BY id LIMIT :count)"
            ),
            {"count": claims + 2 * ROUNDS},
        )
    reads = Reads(database)
    before = reads.of(tenants.claim)
    for _ in range(claims):
        tenants.claim()
    return before, reads.of(tenants.claim)
