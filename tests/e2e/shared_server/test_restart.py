"""All processes are killed during a job; after the restart every file ends once."""

import os
import signal

from app.db import Database
from devtools.client import Client, is_alive, look_up, wait_for_middle
from devtools.reaper import family_of
from devtools.server import RunningServer
from devtools.waiting import until

FILES = 60


def test_kill_everything_and_start_again(
    server: RunningServer, client: Client, books: Database
) -> None:
    file_ids = client.upload_many(FILES)
    job_id = client.start_job(file_ids)
    wait_for_middle(books, job_id)
    family = [member for each in server.processes for member in family_of(each.pid)]

    # Only the parents are killed; the children must end by themselves.
    for process in server.processes:
        os.kill(process.pid, signal.SIGKILL)
    until(lambda: not any(map(is_alive, family)), f"the end of {family}")
    before = look_up(books, job_id)
    server.start()
    job = client.finished(job_id)

    assert 5 <= before.results < FILES
    assert (job["status"], job["error_message"]) == ("SUCCESS", None)
    record = look_up(books, job_id)
    assert record.statuses == {"done": FILES}
    assert record.results == FILES
    # At most the two files in work were started a second time.
    assert record.all_attempts <= FILES + before.statuses["running"]
    assert record.most_attempts <= 2
    assert [item["file_id"] for item in client.results(job_id)] == file_ids
