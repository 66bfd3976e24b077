"""The embedded runner minds its workers whatever becomes of the database."""

import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from sqlalchemy import select

from app.db import Database
from app.jobs.models import Worker
from app.settings import Settings
from cli.compose import build_pipeline
from tests.e2e.client import is_alive, until
from tests.integration.app.conftest import migrate
from tests.support.postgres import PostgresServer
from worker.local import LocalRunner


@pytest.fixture
def database(postgres_server: PostgresServer) -> Iterator[Database]:
    with closing(Database(postgres_server.fresh_database(migrate))) as database:
        yield database


def ready(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(Worker.id)))


def children() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children()
        if is_alive(child) and "spawn_main" in " ".join(child.cmdline())
    ]


def test_a_worker_lost_while_the_database_is_away_is_replaced(
    database: Database, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    settings = Settings.model_validate(
        {
            "database_url": database.url.replace("+psycopg", ""),
            "broker_url": "redis://not.used/0",
            "secret_key": "a secret of the tests, long enough",
            "data_dir": tmp_path,
            "workers": 1,
        }
    )
    runner = LocalRunner(settings, database, build_pipeline)
    runner.start()
    try:
        until(lambda: ready(database), "the first worker")
        before = ready(database)
        (victim,) = children()
        postgres = postgres_server._own_process()
        postgres.signal(signal.SIGINT)
        postgres.wait()
        try:
            victim.kill()
            until(lambda: [c for c in children() if c != victim], "another worker", 20)
        finally:
            postgres_server._run()
        until(lambda: ready(database) - before, "the second worker's heartbeat")
        runner.notify()
    finally:
        runner.stop()

    assert children() == []
