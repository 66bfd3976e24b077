"""Several worker programs, which in production may run on several machines, share the work."""

from collections.abc import Iterator

import pytest

from app.db import Database
from devtools.client import Client, look_up, ready_workers
from devtools.process import Process
from devtools.server import RunningServer
from devtools.waiting import until

FILES = 60


@pytest.fixture
def second_program(server: RunningServer) -> Iterator[Process]:
    """Another worker program beside that of the server; the test starts it."""
    program = server._process("worker")
    yield program
    program.stop()


@pytest.mark.parametrize("shared_server", ["production"], indirect=True, scope="package")
def test_two_worker_programs_share_a_job(
    client: Client, books: Database, second_program: Process
) -> None:
    first = ready_workers(books)
    second_program.start()
    until(lambda: len(ready_workers(books) - first) == 2, "both processes of the second program")
    second = ready_workers(books) - first

    job_id = client.start_job(client.upload_many(FILES))
    job = client.finished(job_id)

    record = look_up(books, job_id)
    assert job["status"] == "SUCCESS"
    assert record.statuses == {"done": FILES}
    assert record.results == record.all_attempts == FILES
    assert record.workers & first
    assert record.workers & second
