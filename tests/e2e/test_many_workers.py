"""Several worker programs, which in production may run on several machines, share the work."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from devtools.client import Client, database_of, look_up, ready_workers
from devtools.postgres import PostgresServer
from devtools.process import Process
from devtools.redis import RedisServer
from devtools.server import RunningServer, production_server
from devtools.waiting import until

FILES = 40


@pytest.fixture
def cluster(
    tmp_path: Path, postgres_server: PostgresServer, redis_server: RedisServer
) -> Iterator[tuple[RunningServer, Process]]:
    """A server with two worker programs of one process each."""
    server = production_server(
        tmp_path / "data",
        postgres_server.fresh_database(),
        redis_server.fresh_database(),
        {"workers": 1},
    )
    second = server._process("worker")
    with server:
        second.start()
        yield server, second
        second.stop()


def test_two_worker_programs_share_a_job(cluster: tuple[RunningServer, Process]) -> None:
    server, _ = cluster
    with closing(Client(server)) as client, closing(database_of(server)) as books:
        until(lambda: len(ready_workers(books)) == 2, "both workers")

        job_id = client.start_job(client.upload_many(FILES))
        job = client.finished(job_id)

        record = look_up(books, job_id)
    assert job["status"] == "SUCCESS"
    assert record.statuses == {"done": FILES}
    assert record.results == record.all_attempts == FILES
    assert len(record.workers) == 2
