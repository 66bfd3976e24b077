"""An upgrade from an earlier release, in the middle of a job: nothing is lost or done twice.

What that release stored is in `release_754c37a`; devtools/record_release.py made it.
"""

import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select, text

from app import schema
from app.db import Database
from app.jobs.models import Item, ItemStatus, Job, JobStatus, Result
from app.webhooks.models import SavedWebhook, WebhookConfiguration
from devtools.client import Client
from devtools.receiver import Receiver
from devtools.record_release import API_KEY, RECEIVER, SETTINGS
from devtools.server import RunningServer
from devtools.server_state import database_of, read_job_record
from tests.conftest import MODES, make_server

RECORD = Path(__file__).with_name("release_754c37a")
HOOK = "/hook?token=in-the-clear"
OPEN_FILES = 64


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(params=MODES)
def server(
    request: pytest.FixtureRequest, tmp_path: Path, receiver: Receiver
) -> Iterator[RunningServer]:
    """Today's program on what the earlier release left; not started."""
    mode, data_dir = request.param, tmp_path / "data"
    keys = {"api_key": API_KEY} if mode == "production" else {}
    server = make_server(request, mode, data_dir, {**SETTINGS, **keys, "sweep_seconds": 0.3})
    data_dir.mkdir()
    with tarfile.open(RECORD / f"{mode}.tar.gz") as archive:
        archive.extractall(data_dir, filter="data")
    restore(server, (RECORD / f"{mode}.sql").read_text().replace(RECEIVER, receiver.url("")))
    yield server
    server.kill()


def restore(server: RunningServer, dump: str) -> None:
    # The deadline of the open job has passed since it was recorded.
    dump += "\nUPDATE jobs SET deadline_at = '2999-01-01 00:00:00' WHERE status = 'PENDING';"
    url = server.environment.get("PIGEONHOLE_DATABASE_URL")
    if url is None:
        with closing(sqlite3.connect(server.data_dir / "pigeonhole.db")) as database:
            database.executescript(dump)
        return
    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://")) as connection:
        connection.execute(dump.replace("UPDATE jobs", "UPDATE public.jobs"))


def verdicts(database: Database) -> dict[object, tuple[object, ...]]:
    """Return the verdicts by item."""
    with database.read() as session:
        rows = session.execute(
            select(Result.item_id, Result.type, Result.confidence, Result.reasoning)
        )
        return {row.item_id: tuple(row) for row in rows}


def plain_urls(database: Database) -> list[str]:
    with database.read() as session:
        found = [
            *session.scalars(select(SavedWebhook.url)),
            *session.scalars(select(WebhookConfiguration.url)),
        ]
    return [url for url in found if url]


def test_a_job_that_the_earlier_release_began_ends_without_loss(
    server: RunningServer, receiver: Receiver
) -> None:
    with closing(database_of(server)) as database, closing(Client(server)) as client:
        before = verdicts(database)
        assert 0 < len(before) < OPEN_FILES
        with database.read() as session:
            assert session.scalar(text("SELECT version_num FROM alembic_version")) == "0010"
            job_id = session.scalars(select(Job.id).where(Job.status == JobStatus.PENDING)).one()
            running = session.scalars(select(Item.id).where(Item.status == ItemStatus.RUNNING))
            assert len(running.all()) == 1, "it was killed with a file in work"
        assert 0 < read_job_record(database, str(job_id)).results < OPEN_FILES

        server.start()
        job = client.wait(str(job_id))

        record = read_job_record(database, str(job_id))
        after = verdicts(database)
        assert schema.is_current(database)
        assert job["status"] == "SUCCESS", job["error_message"]
        assert record.statuses == {"done": OPEN_FILES}
        assert record.results == OPEN_FILES
        assert record.all_attempts == OPEN_FILES + 1, "only the file in work was read again"
        assert {item_id: after[item_id] for item_id in before} == before
        receiver.wait_for(lambda receiver: receiver.received)
        (event,) = (received.event() for received in receiver.received)
        assert str(job_id) in str(event)
        assert receiver.received[0].headers["X-Key"] == "of the tests"

        if server.mode == "production":
            assert len(plain_urls(database)) == 4, "processes of the earlier release read them"
            assert "Encrypted 4 webhook URLs" in server.run("migrate")
        assert plain_urls(database) == []
        (saved,) = client.http.get("/api/v1/beta/webhook-configs").json()
        assert saved["webhook_url"] == receiver.url(HOOK)
        (configuration,) = client.http.get("/api/v1/beta/configurations").json()["items"]
        assert configuration["name"] == "mail"
        files = client.http.get("/api/v1/beta/files", params={"page_size": 50}).json()["items"]
        assert len(files) == 8
        content = client.http.get(f"/api/v1/files/{files[0]['id']}/content").json()["url"]
        assert client.http.get(content).text.startswith("INVOICE")
