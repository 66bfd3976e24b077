"""What a running server's database and processes hold, as its users cannot see it."""

import contextlib
from collections import Counter
from dataclasses import dataclass
from uuid import UUID

import psutil
from sqlalchemy import func, select

from app.db import Database, PostgresLimits
from app.jobs.models import Item, ItemStatus, Result, Worker
from devtools.reaper import is_alive
from devtools.server import RunningServer
from devtools.waiting import until


@dataclass(frozen=True, slots=True)
class JobRecord:
    """What the database holds about one job."""

    statuses: Counter[str]
    results: int
    most_attempts: int
    all_attempts: int
    workers: frozenset[str]


def database_of(server: RunningServer) -> Database:
    """Open the server's own database."""
    url = server.environment.get("PIGEONHOLE_DATABASE_URL")
    return Database(url or f"sqlite:///{server.data_dir / 'pigeonhole.db'}", PostgresLimits(1))


def read_job_record(database: Database, job_id: str) -> JobRecord:
    """Read what is recorded about a job's items."""
    with database.read() as session:
        items = session.execute(
            select(Item.status, Item.attempt, Item.worker).where(Item.job_id == UUID(job_id))
        ).all()
        results = session.scalar(
            select(func.count()).select_from(Result).join(Item).where(Item.job_id == UUID(job_id))
        )
    return JobRecord(
        statuses=Counter(item.status for item in items),
        results=results or 0,
        most_attempts=max(item.attempt for item in items),
        all_attempts=sum(item.attempt for item in items),
        workers=frozenset(item.worker for item in items if item.worker),
    )


def ready_workers(database: Database) -> set[str]:
    """Return the names of all workers that reported ready and did not end cleanly."""
    with database.read() as session:
        return set(session.scalars(select(Worker.id)))


def wait_for_middle(database: Database, job_id: str, results: int = 5) -> None:
    """Wait until some files are done and one is in work."""

    def is_in_the_middle() -> bool:
        record = read_job_record(database, job_id)
        return record.results >= results and record.statuses[ItemStatus.RUNNING] > 0

    until(is_in_the_middle, f"{results} results and a file in work")


def worker_children(server: RunningServer) -> list[psutil.Process]:
    """Return the processes that claim files."""
    if server.worker is not None:
        parents, mark = [psutil.Process(server.worker.pid)], "worker"
    else:
        mark = "multiprocessing.forkserver"
        parents = _children(psutil.Process(server.api.pid), mark)
    return [child for parent in parents for child in _children(parent, mark)]


def _children(parent: psutil.Process, mark: str) -> list[psutil.Process]:
    return [
        child
        for child in parent.children()
        if is_alive(child) and mark in " ".join(child.cmdline())
    ]


def parser_children(server: RunningServer) -> list[psutil.Process]:
    """Return the processes that read files, the short-lived forks for one file among them."""
    found = []
    for root in server.processes:
        for process in psutil.Process(root.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if "worker.parsing.sandbox.fork_server" in process.cmdline():
                    found.append(process)
    return found
