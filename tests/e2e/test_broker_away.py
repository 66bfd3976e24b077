"""A job that is created while Redis is unavailable ends when Redis is available again."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from devtools.client import Client, database_of, look_up
from devtools.postgres import PostgresServer
from devtools.redis import RedisServer
from devtools.server import RunningServer, production_server
from tests.e2e.conftest import QUICK

FILES = 5


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    redis = RedisServer()
    redis.start()
    yield redis
    redis.stop()


def test_a_job_created_without_redis_ends_without_a_restart(
    tmp_path: Path, postgres_server: PostgresServer, own_redis: RedisServer
) -> None:
    url = postgres_server.fresh_database()
    server: RunningServer = production_server(tmp_path / "data", url, own_redis.url, QUICK)
    with server, closing(Client(server)) as client, closing(database_of(server)) as books:
        files = client.upload_many(FILES)
        own_redis.kill()
        job_id = client.start_job(files)
        waiting = client.job(job_id)
        own_redis.start_again()
        job = client.finished(job_id)
        record = look_up(books, job_id)

    assert (waiting["status"], job["status"]) == ("PENDING", "SUCCESS")
    assert record.results == record.all_attempts == FILES
