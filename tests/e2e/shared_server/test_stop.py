"""On SIGTERM workers finish their files and start no others; the rest waits for a restart."""

from contextlib import closing

from devtools.client import Client
from devtools.server import RunningServer
from devtools.server_state import database_of, read_job_record, wait_for_middle

FILES = 200
# A text that keeps a worker busy for a while.
LONG = "\n\n".join(f"INVOICE {n}\nTotal to pay by bank transfer: {n}.50" for n in range(60))


def test_stop_in_the_middle_of_a_job_and_start_again(server: RunningServer) -> None:
    with closing(Client(server)) as client, closing(database_of(server)) as database:
        file_id = client.upload(LONG)
        job_id = client.create_job([file_id] * FILES)
        wait_for_middle(database, job_id)

        server.stop()

        assert {process.returncode for process in server.processes} == {0}
        record = read_job_record(database, job_id)
        assert record.statuses["running"] == 0, "what was in work was finished"
        assert record.statuses["queued"] > 0, "the rest was left"
        assert record.all_attempts == record.results == record.statuses["done"]

        server.start()
        client.delete(file_id)  # what is left ends quickly
        job = client.wait(job_id)

        assert job["status"] == "PARTIAL_SUCCESS"
        record = read_job_record(database, job_id)
        assert record.statuses.total() == record.all_attempts == FILES
