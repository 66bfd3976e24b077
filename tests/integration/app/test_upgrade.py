"""A server with the database of an older version: it is backed up and migrated without loss."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from app import schema
from app.db import Database
from app.jobs.models import Item, Result
from devtools.client import Client
from devtools.server import RunningServer, embedded_server
from devtools.server_state import database_of
from devtools.waiting import until
from tests.integration.app.first_schema import (
    BLOB_KEY,
    BYTES,
    FILE,
    ITEM,
    JOB,
    PROJECT,
    VERDICT,
    fill_first_schema,
)
from worker.classification.scoring.constants import SCORING_VERSION


@pytest.fixture
def upgraded(tmp_path: Path) -> Iterator[RunningServer]:
    """Today's server on the directory of one of the first schema."""
    data = tmp_path / "data"
    blob = data / "blobs" / BLOB_KEY
    blob.parent.mkdir(parents=True)
    blob.write_bytes(BYTES)
    with closing(Database(f"sqlite:///{data / 'pigeonhole.db'}")) as database:
        fill_first_schema(database)
    with embedded_server(data, {"api_key": "llx-of-the-tests", "workers": 1}) as server:
        yield server


def test_serve_backs_up_migrates_and_goes_on(upgraded: RunningServer) -> None:
    with closing(database_of(upgraded)) as database:
        assert schema.is_current(database)
    (backup,) = (upgraded.data_dir / "backups").iterdir()
    with closing(sqlite3.connect(backup)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
        assert copy.execute("SELECT type, confidence, reasoning FROM results").fetchall() == [
            VERDICT
        ]

    with closing(Client(upgraded)) as client:
        job = client.job(str(JOB))
        assert (job["status"], job["project_id"]) == ("SUCCESS", str(PROJECT))
        (item,) = client.results(str(JOB))
        result = item["result"]
        assert (result["type"], result["confidence"], result["reasoning"]) == VERDICT
        assert (result["summary"], result["reasons"], result["details"]) == (None, [], None)
        assert item["file_name"]
        assert item["file_id"] == str(FILE)

        new_job = client.create_job([str(FILE)])
        assert client.wait(new_job)["status"] == "SUCCESS", "the old file is still there"
        wait_for_log(upgraded, '"parsed": "fresh", "embedded": "fresh"')
        client.wait(client.create_job([str(FILE)]))
        wait_for_log(upgraded, '"parsed": "cached", "embedded": "cached"')

    assert engine_version(upgraded, JOB) is None, "the version is unknown"
    assert str(engine_version(upgraded, UUID(new_job))).startswith(f"{SCORING_VERSION}.")


def wait_for_log(server: RunningServer, words: str) -> None:
    until(lambda: words in server.output(), f"{words} in the log")


def engine_version(server: RunningServer, job_id: UUID) -> str | None:
    with closing(database_of(server)) as database, database.read() as session:
        return session.scalars(
            select(Result.engine_version).join(Item).where(Item.job_id == job_id)
        ).one()


def test_what_an_older_schema_holds_is_kept_on_both_databases(empty_url: str) -> None:
    with closing(Database(empty_url)) as database:
        fill_first_schema(database)
        assert not schema.is_current(database)

        schema.migrate(database)

        with database.read() as session:
            result = session.get_one(Result, ITEM)
        assert (result.type, result.confidence, result.reasoning) == VERDICT
        assert result.engine_version is None
