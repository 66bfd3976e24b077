"""Jobs while everything is killed: every file has one result, every job ends, counters are right.

Two worker programs of two processes each; while they work, worker programs and single processes
are killed, Redis is flushed, killed and restarted empty, and Postgres is restarted as in a crash.
"""

import argparse
import contextlib
import random
import secrets
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil
import redis
from rich.console import Console
from rich.table import Table
from sqlalchemy import case, func, select

from app.db import Database
from app.jobs.models import Item, ItemStatus, Job, JobStatus, Result
from benchmarks.server.queue_hosts import servers
from devtools.client import Client
from devtools.postgres import PostgresServer
from devtools.process import Process
from devtools.redis import RedisServer
from devtools.server import production_server
from devtools.server_state import database_of
from devtools.waiting import until

JOBS = 40
FILES = 25
PAUSE_SECONDS = (1.0, 4.0)
END_SECONDS = 600
SETTINGS = {"workers": 2, "lease_seconds": 4, "sweep_seconds": 1, "max_attempts": 10}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the database holds in the end. `wrong` must be empty."""

    jobs: int
    executions: int
    redeliveries: int
    wrong: list[str]


def main() -> int:
    """Print a row for each seed; the status is 1 when anything was lost, doubled or stuck."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--jobs", type=int, default=JOBS)
    arguments = parser.parse_args()
    table = Table("seed", "jobs", "files", "executions", "again", "kills", "seconds", "wrong")
    is_right = True
    for seed in arguments.seeds:
        began = time.monotonic()
        outcome, kills = _run(seed, arguments.jobs)
        seconds = f"{time.monotonic() - began:.0f}"
        files = str(outcome.jobs * FILES)
        figures = (outcome.executions, outcome.redeliveries, kills)
        wrong = "; ".join(outcome.wrong) or "nothing"
        table.add_row(str(seed), str(outcome.jobs), files, *map(str, figures), seconds, wrong)
        is_right = is_right and not outcome.wrong
    Console(width=100).print(table)
    return int(not is_right)


def _run(seed: int, jobs: int) -> tuple[Outcome, int]:
    chance = random.Random(seed)  # chaos that can be repeated
    with servers() as (folder, postgres, broker):
        shared = {
            **SETTINGS,
            "blob_url": f"file://{folder / 'blobs'}",
            "secret_key": secrets.token_urlsafe(32),
            "api_key": f"llx-{secrets.token_urlsafe(32)}",
        }
        urls = postgres.fresh_database(), broker.url
        api = production_server(folder / "api", *urls, shared)
        first = api.worker
        second = production_server(folder / "second", *urls, shared).worker
        assert first is not None
        assert second is not None
        with api, closing(database_of(api)) as database:
            second.start()
            try:
                client = Client(api)
                file_ids = client.upload_many(FILES)
                for _ in range(jobs):
                    _retry(lambda: client.create_job(file_ids))
                kills = _Chaos(chance, [first, second], postgres, broker).run()
                _retry(lambda: client.http.get("/readyz").raise_for_status())
                _wait(database)
                return _count(database), kills
            finally:
                second.kill()


@dataclass(frozen=True, slots=True)
class _Chaos:
    """The faults of a server whose parts are killed and started again."""

    chance: random.Random
    workers: list[Process]
    postgres: PostgresServer
    broker: RedisServer

    def run(self) -> int:
        """Cause each fault, in random order; return how many there were."""
        faults: list[Callable[[], None]] = [
            *[self._kill_worker] * 3,
            *[self._kill_child] * 2,
            self._flush_broker,
            self._empty_broker,
            self.postgres.restart_immediately,
        ]
        self.chance.shuffle(faults)
        for fault in faults:
            time.sleep(self.chance.uniform(*PAUSE_SECONDS))
            fault()
        return len(faults)

    def _kill_worker(self) -> None:
        victim = self.chance.choice(self.workers)
        victim.kill()
        victim.start()

    def _kill_child(self) -> None:
        worker = psutil.Process(self.chance.choice(self.workers).pid)
        until(worker.children, "children of a worker")
        with contextlib.suppress(psutil.NoSuchProcess):
            self.chance.choice(worker.children()).kill()

    def _flush_broker(self) -> None:
        with redis.Redis.from_url(self.broker.url) as queue:
            queue.flushall()

    def _empty_broker(self) -> None:
        self.broker.kill()
        folder: Path = self.broker.socket.parent
        for path in folder.glob("appendonly*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.broker.start_again()


def _retry(call: Callable[[], object]) -> None:
    """Do what the official clients do when a server is unavailable: retry."""
    deadline = time.monotonic() + 60
    while True:
        try:
            call()
        except httpx2.HTTPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return


def _wait(database: Database) -> None:
    deadline = time.monotonic() + END_SECONDS
    while time.monotonic() < deadline:
        with database.read() as session:
            if not session.scalar(select(Job.id).where(Job.status == JobStatus.PENDING).limit(1)):
                return
        time.sleep(0.5)


def _count(database: Database) -> Outcome:
    failed = func.sum(case((Item.status == ItemStatus.FAILED, 1), else_=0))
    with database.read() as session:
        jobs = session.scalars(select(Job)).all()
        items = {
            row.job_id: row
            for row in session.execute(
                select(
                    Item.job_id,
                    func.count().label("files"),
                    func.count(Result.item_id).label("results"),
                    failed.label("failed"),
                    func.sum(Item.attempt).label("attempts"),
                )
                .outerjoin(Result, Result.item_id == Item.id)
                .group_by(Item.job_id)
            )
        }
    wrong = []
    for job in jobs:
        row = items[job.id]
        if job.status != JobStatus.SUCCESS:
            wrong.append(f"a job is {job.status}: {job.error_message}")
        if (row.files, row.results, job.ended_count) != (FILES, FILES, FILES):
            wrong.append(f"{row.results} results and {job.ended_count} counted of {row.files}")
        if job.failed_count != row.failed:
            wrong.append(f"{job.failed_count} counted as failed, {row.failed} are")
    executions = int(sum(row.attempts for row in items.values()))
    return Outcome(len(jobs), executions, executions - len(jobs) * FILES, wrong)


if __name__ == "__main__":
    sys.exit(main())
