"""Postgres or Redis is unavailable for a while: clients get an error, and no data is lost."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import httpx2
import pytest
import redis
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

from app.broker import KEY_PREFIX, WORK_QUEUE
from app.db import Database, PostgresLimits
from devtools.client import Client
from devtools.postgres import PostgresServer
from devtools.redis import RedisServer
from devtools.server import RunningServer, production_server
from devtools.waiting import until

# How much longer than usual a job may take to be accepted without Redis, and how long a refusal
# may take without Postgres. What never ended would take as long as the client waits.
WITHOUT_BROKER = 1.0
WITHOUT_DATABASE = 2.0
# A call that waits for nothing takes this many times what it took before, at most.
SLOWER = 20

Answer = TypeVar("Answer")


def timed(call: Callable[[], Answer]) -> tuple[Answer, float]:
    """Return what a call returns, and the seconds that it took."""
    began = time.monotonic()
    answer = call()
    return answer, time.monotonic() - began


@pytest.fixture
def server(
    tmp_path: Path,
    postgres_server: PostgresServer,
    redis_server: RedisServer,
) -> Iterator[RunningServer]:
    """The API of a production installation; no worker takes what it puts into the queue.

    A new one for each test: after an outage it goes on publishing wake-ups for a while.
    """
    server = production_server(
        tmp_path / "data",
        postgres_server.fresh_database(),
        redis_server.fresh_database(),
        {"sweep_seconds": 0.3},
    )
    server.worker = None
    server.run("migrate")
    with server:
        yield server


@pytest.fixture
def client(server: RunningServer) -> Iterator[Client]:
    with closing(Client(server)) as client:
        yield client


@pytest.fixture
def queue(server: RunningServer) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(server.environment["PIGEONHOLE_BROKER_URL"]) as queue:
        yield queue


def wakeups(queue: redis.Redis) -> int:
    return int(queue.llen(KEY_PREFIX + WORK_QUEUE))


def test_a_flushed_queue_is_filled_again(client: Client, queue: redis.Redis) -> None:
    client.create_job([client.upload("a")] * 3)
    until(lambda: wakeups(queue) >= 3, "a wake-up for each file")
    queue.flushdb()

    until(lambda: wakeups(queue), "wake-ups from the sweeper")
    assert wakeups(queue) <= 3, "one for each file at most"


def test_jobs_are_taken_while_redis_is_away(
    client: Client, queue: redis.Redis, redis_server: RedisServer
) -> None:
    file_id = client.upload("a")
    _, usual = timed(lambda: client.create_job([file_id] * 20))
    redis_server.kill()
    try:
        job_id, took = timed(lambda: client.create_job([file_id] * 20))
        ready = client.http.get("/readyz")
    finally:
        redis_server.start_again()

    assert took < WITHOUT_BROKER + SLOWER * usual
    assert client.job(job_id)["status"] == "PENDING"
    assert ready.status_code == 503
    assert set(ready.json()["problems"]) == {"broker"}
    until(lambda: wakeups(queue), "wake-ups from the sweeper")
    until(lambda: client.http.get("/readyz").status_code == 200, "readiness")


def test_jobs_are_taken_while_redis_hangs(
    client: Client, queue: redis.Redis, redis_server: RedisServer
) -> None:
    file_id = client.upload("a")
    _, usual = timed(lambda: client.create_job([file_id]))  # opens a connection
    os.kill(redis_server.pid, signal.SIGSTOP)
    try:
        started = [timed(lambda: client.create_job([file_id])) for _ in range(3)]
    finally:
        os.kill(redis_server.pid, signal.SIGCONT)

    assert max(took for _, took in started) < WITHOUT_BROKER + SLOWER * usual
    assert [client.job(job_id)["status"] for job_id, _ in started] == ["PENDING"] * 3
    until(lambda: wakeups(queue), "wake-ups")


def test_requests_are_refused_while_postgres_is_away(
    server: RunningServer, client: Client, postgres_server: PostgresServer
) -> None:
    job_id, usual = timed(lambda: client.create_job([client.upload("a")]))
    postgres_server.halt()
    try:
        refused = [
            timed(lambda: client.http.get(f"/api/v1/classifier/jobs/{job_id}")),
            timed(
                lambda: httpx2.get(
                    f"{server.base_url}/api/v1/classifier/jobs",
                    headers={"Authorization": "Bearer llx-never-seen-before"},
                    trust_env=False,
                )
            ),
            timed(lambda: client.http.post("/api/v1/beta/files", files={"file": ("a.txt", b"a")})),
        ]
        ready = client.http.get("/readyz")
        alive = client.http.get("/livez")
    finally:
        postgres_server.start_again()

    for answer, took in refused:
        assert took < WITHOUT_DATABASE + SLOWER * usual
        assert answer.status_code == 503
        assert answer.json() == {"detail": "The database is unavailable. Try again."}
        assert answer.headers["Retry-After"] == "1"
    assert (ready.status_code, alive.status_code) == (503, 200)
    assert client.job(job_id)["status"] == "PENDING"
    incoming = Path(server.data_dir) / "blobs" / "incoming"
    assert not list(incoming.iterdir())


def test_connections_cut_in_a_crash_are_replaced(
    client: Client, postgres_server: PostgresServer
) -> None:
    job_id = client.create_job([client.upload("a")])

    postgres_server.restart_immediately()

    assert client.job(job_id)["status"] == "PENDING"


def test_a_postgres_that_does_not_answer_is_given_up() -> None:
    """As behind a firewall that drops packets: no refusal ever comes."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with closing(Database(f"postgresql+psycopg://nobody@127.0.0.1:{port}/none")) as database:

            def use() -> str:
                with pytest.raises(OperationalError) as raised, database.read() as session:
                    session.execute(text("SELECT 1"))
                return str(raised.value)

            message, took = timed(use)

    assert "timeout" in message
    assert took < 10 * WITHOUT_DATABASE, "it would wait for ever"


def test_a_statement_that_takes_too_long_is_ended(postgres_url: str) -> None:
    limits = PostgresLimits(statement_seconds=0.3)
    with closing(Database(postgres_url, limits)) as database:
        with pytest.raises(OperationalError, match="statement timeout"), database.read() as session:
            session.execute(text("SELECT pg_sleep(20)"))
        with database.read() as session:
            assert session.scalar(text("SELECT 1")) == 1, "the connection is good for more"


def test_what_the_address_of_postgres_says_wins(postgres_url: str) -> None:
    url = make_url(postgres_url).update_query_dict({"application_name": "ours"})
    address = url.render_as_string(hide_password=False)
    with closing(Database(address)) as database, database.read() as session:
        assert session.scalar(text("SHOW application_name")) == "ours"
        assert session.scalar(text("SHOW statement_timeout")) == "30s"
