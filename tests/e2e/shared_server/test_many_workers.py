"""Several worker programs, which in production may run on several machines, share the work."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from app.db import Database
from devtools.client import Client
from devtools.process import Process
from devtools.server import RunningServer
from devtools.server_state import JobRecord, read_job_record, ready_workers
from devtools.waiting import until

FILES = 60


@pytest.fixture
def second_program(server: RunningServer) -> Iterator[Process]:
    """Another worker program beside that of the server; the test starts it."""
    # The metrics port of the settings belongs to the first program. One process is enough for it.
    program = server.program("worker", metrics_port=0, workers=1)
    yield program
    program.stop()


@pytest.mark.parametrize("shared_server", ["production"], indirect=True, scope="package")
def test_two_worker_programs_share_a_job(
    client: Client, database: Database, second_program: Process
) -> None:
    before = ready_workers(database)
    second_program.start()
    second = until(lambda: ready_workers(database) - before, "the process of the second program")

    def shared_job() -> JobRecord | None:
        """Run a job; return what is recorded of it if both programs worked on it."""
        # New texts each time: one process is quick enough for all files whose text is cached.
        texts = [f"INVOICE {uuid4()}\nTotal to pay: {n}.50" for n in range(FILES)]
        job_id = client.create_job([client.upload(text) for text in texts])
        assert client.wait(job_id)["status"] == "SUCCESS"
        record = read_job_record(database, job_id)
        return record if second & record.workers and record.workers - second else None

    record = until(shared_job, "a job that both programs share")
    assert record.statuses == {"done": FILES}
    assert record.results == record.all_attempts == FILES
