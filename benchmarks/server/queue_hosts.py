"""Jobs side by side, and worker hosts side by side, on live servers."""

import secrets
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from app.jobs.models import Item
from devtools.client import Client
from devtools.postgres import PostgresServer
from devtools.redis import RedisServer
from devtools.server import RunningServer, embedded_server, production_server
from devtools.server_state import database_of, ready_workers
from devtools.waiting import until

LARGE = 500
DISTINCT = 100
ROUNDS = 3


@contextmanager
def servers() -> Iterator[tuple[Path, PostgresServer, RedisServer]]:
    """Give a folder, a Postgres and a Redis for the length of the block."""
    postgres, redis = PostgresServer(), RedisServer()
    postgres.start()
    redis.start()
    try:
        with tempfile.TemporaryDirectory(prefix="pigeonhole-") as folder:
            yield Path(folder), postgres, redis
    finally:
        redis.stop()
        postgres.stop()


def measure_fairness() -> Iterator[tuple[str, float, float]]:
    """Give, for each mode, the seconds of a job of one file alone and behind a job of 500."""
    with servers() as (folder, postgres, redis):
        for server in (
            embedded_server(folder / "embedded"),
            production_server(
                folder / "production", postgres.fresh_database(), redis.fresh_database()
            ),
        ):
            with server:
                client = Client(server)
                _seconds_of_one(client, 0)  # loads what is loaded once
                alone = [_seconds_of_one(client, n) for n in range(1, 1 + ROUNDS)]
                many = client.upload_many(DISTINCT, 1000) * (LARGE // DISTINCT)
                behind = []
                for n in range(ROUNDS):
                    file_id = client.upload_many(1, 2000 + n)[0]
                    large = client.create_job(many)
                    behind.append(_seconds(client, [file_id]))
                    # The large one must still be at work, or nothing was measured.
                    assert client.job(large)["status"] == "PENDING"
                    client.http.post(f"/api/v1/classifier/jobs/{large}/cancel").raise_for_status()
                client.close()
            yield server.mode, statistics.median(alone), statistics.median(behind)


def measure_hosts(files: int) -> Iterator[tuple[int, float, list[float]]]:
    """Give, for one and for two hosts, files per second and the share of each host.

    A host is a worker program with its own data directory; they share the database, the
    broker and the directory of the files.
    """
    with servers() as (folder, postgres, redis):
        shared = {
            "blob_url": f"file://{folder / 'blobs'}",
            "secret_key": secrets.token_urlsafe(32),
            "api_key": f"llx-{secrets.token_urlsafe(32)}",
            "workers": 1,
        }
        for count in (1, 2):
            urls = postgres.fresh_database(), redis.fresh_database()
            api = production_server(folder / f"api{count}", *urls, shared)
            api.worker = None
            api.run("migrate")
            hosts = [
                production_server(folder / f"host{count}{n}", *urls, shared).worker
                for n in range(count)
            ]
            with api:
                try:
                    for host in hosts:
                        assert host is not None
                        host.start()
                    yield count, *_run(api, count, files)
                finally:
                    for host in hosts:
                        assert host is not None
                        host.stop()


def _run(api: RunningServer, count: int, files: int) -> tuple[float, list[float]]:
    client = Client(api)
    with closing(client), closing(database_of(api)) as database:
        until(lambda: len(ready_workers(database)) == count, "all workers")
        ids = client.upload_many(files)
        began = time.perf_counter()
        job_id = client.create_job(ids)
        client.wait(job_id, 600)
        seconds = time.perf_counter() - began
        with database.read() as session:
            query = select(Item.worker).where(Item.job_id == UUID(job_id))
            done = Counter(session.scalars(query))
    return files / seconds, [each / files for each in done.values()]


def _seconds_of_one(client: Client, number: int) -> float:
    return _seconds(client, client.upload_many(1, 3000 + number))


def _seconds(client: Client, file_ids: list[str]) -> float:
    """Return how long a job takes from its request to its end."""
    began = time.perf_counter()
    job_id = client.create_job(file_ids)
    while client.job(job_id)["status"] == "PENDING":
        time.sleep(0.02)
    return time.perf_counter() - began
