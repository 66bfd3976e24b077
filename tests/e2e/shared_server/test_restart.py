"""All processes are killed during a job; after the restart every file ends once.

The delivery of a webhook that was under way is tried again.
"""

import os
import signal
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from app.db import Database, now
from app.webhooks.models import WebhookDelivery
from devtools.client import Client
from devtools.reaper import family_of, is_alive
from devtools.receiver import Receiver
from devtools.server import RunningServer
from devtools.server_state import read_job_record, wait_for_middle
from devtools.waiting import until

FILES = 120


def test_kill_everything_and_start_again(
    server: RunningServer, client: Client, database: Database
) -> None:
    file_ids = client.upload_many(FILES // 4) * 4
    family = [member for each in server.processes for member in family_of(each.pid)]
    with Receiver() as receiver:
        hook = {
            "webhook_url": receiver.url("/?do=hang&times=1"),
            "webhook_events": ["parse.pending"],
        }
        job_id = client.create_job(file_ids)
        wait_for_middle(database, job_id)
        hooked = client.create_job(file_ids[:1], webhook_configurations=[hook])
        receiver.wait_for(lambda it: it.received)

        # Only the parents are killed; the children must end by themselves.
        for process in server.processes:
            os.kill(process.pid, signal.SIGKILL)
        until(lambda: not any(map(is_alive, family)), f"the end of {family}")
        before = read_job_record(database, job_id)
        if server.mode == "production":
            let_leases_end(database)
        server.start()
        job = client.wait(job_id)
        receiver.wait_for(lambda it: len(it.received) == 2)
        until(lambda: delivery_of(client, hooked)["status"] == "delivered", "the delivery")
        delivery = delivery_of(client, hooked)

    assert 5 <= before.results < FILES
    assert (job["status"], job["error_message"]) == ("SUCCESS", None)
    record = read_job_record(database, job_id)
    assert record.statuses == {"done": FILES}
    assert record.results == FILES
    # At most the two files in work were started a second time.
    assert record.all_attempts <= FILES + before.statuses["running"]
    assert record.most_attempts <= 2
    assert [item["file_id"] for item in client.results(job_id)] == file_ids

    assert "the server stopped during this attempt" in delivery["attempts"][0]["error"]
    assert {one.event()["event_id"] for one in receiver.received} == {delivery["id"]}


def delivery_of(client: Client, job_id: str) -> dict[str, Any]:
    answer = client.http.get(f"/api/v1/classifier/jobs/{job_id}/webhooks")
    (delivery,) = answer.json()["items"]
    return dict(delivery)


def let_leases_end(database: Database) -> None:
    """Make the deliveries due, which otherwise takes a minute."""
    with database.write() as session:
        session.execute(update(WebhookDelivery).values(due_at=now() - timedelta(seconds=1)))
