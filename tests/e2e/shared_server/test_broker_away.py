"""A job that is created while Redis is unavailable ends when Redis is available again."""

import pytest

from app.db import Database
from devtools.client import Client
from devtools.redis import RedisServer
from devtools.server_state import read_job_record

FILES = 5


@pytest.mark.parametrize("shared_server", ["production"], indirect=True, scope="package")
def test_a_job_created_without_redis_ends_without_a_restart(
    client: Client, database: Database, redis_server: RedisServer
) -> None:
    files = client.upload_many(FILES)
    redis_server.kill()
    try:
        job_id = client.create_job(files)
        waiting = client.job(job_id)
    finally:
        redis_server.start_again()
    job = client.wait(job_id)
    record = read_job_record(database, job_id)

    assert (waiting["status"], job["status"]) == ("PENDING", "SUCCESS")
    assert record.results == record.all_attempts == FILES
