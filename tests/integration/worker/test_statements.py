"""How often a worker asks the database for one file: each of them costs time at every file."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, update

from app.db import Database, now
from app.files.models import CacheEntry
from tests.integration.worker.pipeline_environment import PipelineEnvironment
from worker.runtime import lease

# The first reads which projects have queued items, on SQLite before the lock for writing.
CLAIM = ["WITH items", "UPDATE items", "SELECT items", "COMMIT"]
READ_CACHE = ["SELECT file_caches"]
FINISH = ["UPDATE items", "INSERT results", "INSERT audit_events", "UPDATE jobs", "COMMIT"]
WRITE_CACHE = ["INSERT file_caches", "COMMIT"]
TOUCH_CACHE = ["UPDATE file_caches", "COMMIT"]


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lease is checked every few seconds, which a file on a busy machine may take."""
    monkeypatch.setattr(lease, "CHECK_SECONDS", 3600.0)


@contextmanager
def recorded(database: Database) -> Iterator[list[str]]:
    """Record statements by their verb and table, and commits."""
    log: list[str] = []

    def execute(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            table = re.search(r"(?:UPDATE|INTO|FROM) (\w+)", statement)
            log.append(f"{statement.split(maxsplit=1)[0]} {table[1] if table else ''}")

    def commit(_connection: Any) -> None:
        log.append("COMMIT")

    listeners = (("before_cursor_execute", execute), ("commit", commit))
    for name, listener in listeners:
        event.listen(database.engine, name, listener)
    try:
        yield log
    finally:
        for name, listener in listeners:
            event.remove(database.engine, name, listener)


def test_one_transaction_claims_and_one_finishes_an_item(
    pipeline_env: PipelineEnvironment,
) -> None:
    tenants = pipeline_env.tenants
    file_id = pipeline_env.file()
    for _ in range(2):
        tenants.job([file_id] * 2)

    with recorded(tenants.database) as first:
        pipeline_env.run()
    with recorded(tenants.database) as again:
        pipeline_env.run()

    assert first == CLAIM + READ_CACHE + FINISH + WRITE_CACHE
    assert again == CLAIM + READ_CACHE + FINISH


def test_a_worker_that_goes_on_finishes_and_claims_at_once(
    pipeline_env: PipelineEnvironment,
) -> None:
    tenants, claims = pipeline_env.tenants, pipeline_env.claims
    job_id = tenants.job([pipeline_env.file()] * 3)

    with recorded(tenants.database) as log:
        pipeline_env.pipeline.run_next(
            "w", on_claim=claims.append, goes_on=lambda: len(claims) == 1
        )

    finish_and_claim = FINISH[:1] + CLAIM[:-1] + FINISH[1:]
    assert log == CLAIM + READ_CACHE + finish_and_claim + WRITE_CACHE + READ_CACHE + FINISH
    first, second, third = tenants.items(job_id)
    assert [claim and claim.item_id for claim in claims] == [first.id, None, second.id, None]
    assert (first.status, second.status, third.status) == ("done", "done", "queued")


def test_the_uses_of_all_entries_are_written_at_once(pipeline_env: PipelineEnvironment) -> None:
    tenants = pipeline_env.tenants
    tenants.job([pipeline_env.file()] * 3)
    pipeline_env.run()
    with tenants.database.write() as session:
        session.execute(update(CacheEntry).values(used_at=now() - timedelta(minutes=61)))

    with recorded(tenants.database) as log:
        pipeline_env.run()

    assert log[-2:] == TOUCH_CACHE
    assert log.count("COMMIT") == 3
