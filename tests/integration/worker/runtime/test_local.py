"""The embedded runner supervises its workers even while the database is unavailable."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import UUID

import psutil
import pytest
from sqlalchemy import select

from app.db import Database
from app.files import service as files
from app.files.blobs.local import LocalBlobStore
from app.files.service import NewFile
from app.jobs.models import Worker
from app.settings import Settings
from cli.pipeline import build_pipeline
from devtools.postgres import PostgresServer
from devtools.reaper import is_alive
from devtools.tenant_data import TenantData
from devtools.waiting import until
from tests.integration.conftest import migrate
from worker.runtime import local
from worker.runtime.local import LocalRunner

EARLIER = "a worker of an earlier server"


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


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    return Settings.model_validate(
        {
            "database_url": database.url.replace("+psycopg", ""),
            "broker_url": "redis://not.used/0",
            "secret_key": "a secret of the tests, long enough",
            "data_dir": tmp_path,
            "workers": 1,
        }
    )


@contextmanager
def running(settings: Settings, database: Database) -> Iterator[LocalRunner]:
    """A runner whose first worker is ready; afterwards no worker is left.

    The row of a worker of an earlier server is there at its start.
    """
    with database.write() as session:
        session.add(Worker(id=EARLIER, capabilities={}))
    runner = LocalRunner(settings, database, build_pipeline)
    runner.start()
    try:
        until(lambda: ready(database) - {EARLIER}, "the first worker")
        assert EARLIER not in ready(database)
        yield runner
    finally:
        runner.stop()
    assert children() == []


def test_a_worker_lost_while_the_database_is_away_is_replaced(
    settings: Settings, database: Database, postgres_server: PostgresServer
) -> None:
    with running(settings, database):
        before = ready(database)
        (victim,) = children()
        postgres_server.halt()
        try:
            victim.kill()
            until(lambda: [c for c in children() if c != victim], "another worker")
        finally:
            postgres_server.start_again()
        until(lambda: ready(database) - before, "the second worker's heartbeat")
        assert victim not in children()


def test_a_worker_that_is_stuck_is_killed_and_its_file_done_by_another(
    settings: Settings, database: Database
) -> None:
    tenants, blobs = TenantData(database), LocalBlobStore(settings.blob_dir)
    writer = blobs.create()
    writer.write(b"INVOICE 7\nTotal to pay: 12.00")
    with database.write() as session:
        file = files.create(session, tenants.first, NewFile("a.txt", "txt"), writer.commit())
    with running(settings, database) as runner:
        (victim,) = children()
        job_id = tenants.job([file.id] * 50)
        runner.notify()
        (old,) = ready(database)
        until(
            lambda: is_killed_when_stuck(victim, settings, tenants, job_id), "the end of the worker"
        )
        until(lambda: old not in ready(database), "the end of its row")

        until(lambda: tenants.read_job(job_id).status == "SUCCESS", "the end of the job")

    assert sorted(item.attempt for item in tenants.items(job_id)) == [1] * 49 + [2]


def is_killed_when_stuck(
    worker: psutil.Process, settings: Settings, tenants: TenantData, job_id: UUID
) -> bool:
    """Suspend a worker, as in an endless loop of a library, and wait for its end.

    The worker resumes if it was between two files or had not reported its item yet. Only meanwhile
    is a worker stuck after half a second: on a busy machine the first file takes longer.
    """
    worker.suspend()
    if any(item.status == "running" for item in tenants.items(job_id)):
        with pytest.MonkeyPatch.context() as impatient:
            impatient.setattr(local, "STUCK_SECONDS", 0.5 - settings.item_seconds)
            _, alive = psutil.wait_procs([worker], timeout=30)
        if not alive:
            return True
    worker.resume()
    return False
