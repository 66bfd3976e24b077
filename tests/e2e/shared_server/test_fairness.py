"""Many slow files of one project delay a file of another by the files in work at most."""

from contextlib import closing
from datetime import datetime

from sqlalchemy import select

from app.db import Database, new_id
from app.jobs.models import Item
from devtools.client import Client
from devtools.server import RunningServer
from devtools.waiting import until
from tests.e2e.shared_server.conftest import WORKERS

# Long enough to keep a worker busy, each different from the others.
LINE = "Item {0}: delivery of {0} parts to warehouse {1}, as agreed in the contract.\n"
SLOW_FILES = 6


def slow(number: int) -> str:
    return "".join(LINE.format(line, number) for line in range(1200))


def test_a_small_job_of_another_project_waits_for_the_files_in_work_only(
    server: RunningServer, client: Client, books: Database
) -> None:
    project = server.run("projects", "create", f"Other {new_id()}").split()[-1]
    key = server.run("keys", "create", "other", "--project-id", project).split()[-1]
    jobs = [client.start_job([client.upload(slow(number))]) for number in range(SLOW_FILES)]
    until(lambda: len(statuses(books, jobs, "running")) == WORKERS, "slow files in work")

    with closing(Client(server)) as other:
        other.http.headers["Authorization"] = f"Bearer {key}"
        before = ended(books, jobs)
        small = other.start_job(other.upload_many(1))
        other.finished(small)
        (end,) = ended(books, [small]).values()
    first = [moment for job, moment in ended(books, jobs).items() if moment < end]
    for job_id in jobs:
        client.http.post(f"/api/v1/classifier/jobs/{job_id}/cancel")

    assert len(first) - len(before) <= 2, "files of the other project that ended before"


def statuses(books: Database, jobs: list[str], status: str) -> list[str]:
    with books.read() as session:
        items = session.scalars(select(Item).where(Item.status == status)).all()
    return [str(item.job_id) for item in items if str(item.job_id) in jobs]


def ended(books: Database, jobs: list[str]) -> dict[str, datetime]:
    """Return when the files of these jobs ended, by job."""
    with books.read() as session:
        items = session.scalars(select(Item).where(Item.status.in_(("done", "failed")))).all()
    return {str(item.job_id): item.updated_at for item in items if str(item.job_id) in jobs}
