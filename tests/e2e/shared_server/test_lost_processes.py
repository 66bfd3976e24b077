"""Single processes are killed during a job: every file ends once, and the job succeeds."""

import contextlib
from uuid import UUID

import psutil
from sqlalchemy import func, select

from app.db import Database
from app.jobs.models import Item, Result, Worker
from devtools.client import Client
from devtools.reaper import is_alive
from devtools.server import RunningServer
from devtools.server_state import (
    parser_children,
    read_job_record,
    wait_for_middle,
    worker_children,
)
from devtools.waiting import until
from tests.e2e.shared_server.conftest import WORKERS

FILES = 60


def test_no_file_is_lost_or_doubled_when_a_worker_is_killed(
    server: RunningServer, client: Client, database: Database
) -> None:
    job_id = client.create_job(client.upload_many(FILES))
    wait_for_middle(database, job_id)
    victim = worker_children(server)[0]
    victim.kill()

    def are_all_ready() -> bool:
        workers = worker_children(server)
        pids = {worker.pid for worker in workers}
        return victim not in workers and len(pids) == WORKERS and pids <= ready_pids(database)

    job = client.wait(job_id)
    until(are_all_ready, "another worker in the victim's place")

    assert (job["status"], job["error_message"]) == ("SUCCESS", None)
    record = read_job_record(database, job_id)
    assert record.statuses == {"done": FILES}
    assert record.results == FILES
    # Only the file of the killed worker may have started twice.
    assert record.all_attempts <= FILES + 1
    items = client.results(job_id)
    assert len({item["id"] for item in items}) == FILES
    assert all(item["result"] for item in items)


def test_the_file_of_a_killed_parser_is_read_twice_at_most(
    server: RunningServer, client: Client, database: Database
) -> None:
    job_id = client.create_job(client.upload_many(FILES))
    wait_for_middle(database, job_id)
    victims = parser_children(server)
    for victim in victims:
        # Forks that read one file are among them, and may have ended meanwhile.
        with contextlib.suppress(psutil.NoSuchProcess):
            victim.kill()

    job = client.wait(job_id)

    assert victims
    assert not any(is_alive(victim) for victim in victims)
    record = read_job_record(database, job_id)
    assert sum(record.statuses.values()) == FILES
    assert record.all_attempts == FILES, "no worker was lost"
    assert job["status"] == "SUCCESS", job["error_message"]


def test_a_job_of_one_file_does_not_wait_for_a_job_of_two_hundred(
    client: Client, database: Database
) -> None:
    file_id = client.upload("INVOICE 7\nTotal to pay: 12.00")
    large = client.create_job([file_id] * 200)
    wait_for_middle(database, large)

    small = client.create_job([file_id])
    client.wait(small)
    # The test does not wait for the rest of the large job.
    client.delete(file_id)

    assert results_during(database, large, small) < 100
    assert client.wait(large)["status"] == "PARTIAL_SUCCESS"


def ready_pids(database: Database) -> set[int]:
    """Return the process ids of all workers that reported ready and did not end cleanly."""
    with database.read() as session:
        return {worker.capabilities["pid"] for worker in session.scalars(select(Worker))}


def results_during(database: Database, job_id: str, other_id: str) -> int:
    """Return how many results a job got between the creation of another, of one file, and its end.

    The database tells: the job goes on while a test looks.
    """
    with database.read() as session:
        ended = select(Item.created_at, Result.created_at).join(Result)
        row = session.execute(ended.where(Item.job_id == UUID(other_id))).one()
        count = select(func.count()).select_from(Result).join(Item)
        is_between = Result.created_at.between(*row)
        return session.scalar(count.where(Item.job_id == UUID(job_id), is_between)) or 0
