"""Many slow files of one project delay a file of another by the files in work at most."""

import io
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.db import Database, new_id, now
from app.jobs.models import Item, ItemStatus
from app.webhooks.events import JobState
from app.webhooks.models import WebhookDelivery
from devtools.client import Client
from devtools.receiver import Receiver
from devtools.server import RunningServer
from devtools.waiting import until
from tests.e2e.shared_server.conftest import WORKERS
from tests.unit.worker.parsing import pictures

# A job reads five frames by default. Each takes OCR a part of a second.
FRAMES = 5
SLOW_FILES = 6


def slow(number: int) -> bytes:
    """Return scanned pages that keep a worker busy, different from those of other numbers."""
    lines = [f"Delivery of {number} parts to warehouse {line}" for line in range(12)]
    first, *others = [pictures.draw([f"Page {frame}", *lines]) for frame in range(FRAMES)]
    file = io.BytesIO()
    first.save(file, "TIFF", save_all=True, append_images=others)
    return file.getvalue()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def test_a_small_job_of_another_project_waits_for_the_files_in_work_only(
    server: RunningServer, client: Client, database: Database, receiver: Receiver
) -> None:
    project = server.run("projects", "create", f"Other {new_id()}").split()[-1]
    key = server.run("keys", "create", "other", "--project-id", project).split()[-1]
    # The event of a job's first claim has the claim's time.
    events = {"webhook_configurations": [{"webhook_url": receiver.url("/claimed")}]}
    slow_files = [client.upload(slow(number), "scan.tiff") for number in range(SLOW_FILES)]

    with closing(Client(server)) as other:
        other.http.headers["Authorization"] = f"Bearer {key}"
        (small_file,) = other.upload_many(1)
        jobs = [client.create_job([file_id], **events) for file_id in slow_files]
        until(lambda: len(in_work(database, jobs)) == WORKERS, "slow files in work")
        small = other.create_job([small_file], **events)
        posted = now()
        other.wait(small)
    claims = claimed(database, [*jobs, small])
    for job_id in jobs:
        client.http.post(f"/api/v1/classifier/jobs/{job_id}/cancel")

    before_it = [moment for moment in claims.values() if posted < moment < claims[small]]
    # A worker may have chosen its file just before the small job came.
    assert len(before_it) <= WORKERS, "files of the other project that were begun before"


def in_work(database: Database, jobs: list[str]) -> list[UUID]:
    with database.read() as session:
        running = Item.status == ItemStatus.RUNNING
        found = session.scalars(select(Item.id).where(running, Item.job_id.in_(map(UUID, jobs))))
        return list(found)


def claimed(database: Database, jobs: list[str]) -> dict[str, datetime]:
    """Return when the first file of each job was claimed, by job; jobs that wait are left out."""
    with database.read() as session:
        rows = session.execute(
            select(WebhookDelivery.job_id, func.min(WebhookDelivery.created_at))
            .where(
                WebhookDelivery.job_id.in_(map(UUID, jobs)),
                WebhookDelivery.state == JobState.RUNNING,
            )
            .group_by(WebhookDelivery.job_id)
        )
        return {str(job_id): moment for job_id, moment in rows}
