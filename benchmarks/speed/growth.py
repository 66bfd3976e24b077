"""How cost grows with the rules, with the files of a job, and with the number of jobs.

The files are known already: their first time costs the same in any number, and hides the rest.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from rich.table import Table

from benchmarks.processes import cpu_seconds
from benchmarks.server.live import live_server, percentile, time_listings
from benchmarks.speed.documents import Documents
from benchmarks.speed.server import (
    JOB_SECONDS,
    POLL_SECONDS,
    classify,
    memory_by_kind,
    upload_all,
    wait_for_workers,
)
from devtools.client import Client
from devtools.server import RunningServer

KNOWN_FILES = 20
BASE_RULES = 5
BASE_FILES = 100


def measure_growth(
    documents: Documents, rules: Sequence[int], files: Sequence[int], jobs: int, workers: int
) -> list[Table]:
    """Return the tables of rules, of files and of jobs, each against its first row."""
    settings = {"workers": workers, "job_max_rules": max(1000, *rules)}
    with live_server(settings) as (server, client):
        wait_for_workers(client, workers)
        ids = upload_all(client, documents.take(KNOWN_FILES))
        classify(client, ids, documents.many_rules(BASE_RULES))
        known = _KnownFiles(server, client, documents, ids)
        return [
            known.measure_rules((BASE_RULES, *rules)),
            known.measure_files((BASE_FILES, *files)),
            known.measure_jobs(jobs),
        ]


@dataclass(frozen=True, slots=True)
class _KnownFiles:
    """A server and the ids of files that it has classified before."""

    server: RunningServer
    client: Client
    documents: Documents
    ids: list[str]

    def measure_rules(self, counts: Sequence[int]) -> Table:
        table = Table(
            "rules",
            "documents/s",
            "CPU ms\na document",
            f"times {BASE_RULES} rules",
            title=f"Rules: {BASE_FILES} known files; baseline {BASE_RULES} rules",
        )
        baseline = 0.0
        for count in counts:
            rules = self.documents.many_rules(count)
            # Each worker embeds a rule once.
            classify(self.client, self.ids, rules)
            before = self._cpu_seconds()
            seconds = classify(self.client, self.ids * (BASE_FILES // len(self.ids)), rules)
            cpu = (self._cpu_seconds() - before) / BASE_FILES * 1000
            baseline = baseline or cpu
            table.add_row(
                str(count), f"{BASE_FILES / seconds:.0f}", f"{cpu:.1f}", f"{cpu / baseline:.2f}"
            )
        return table

    def measure_files(self, counts: Sequence[int]) -> Table:
        table = Table(
            "files",
            "documents/s",
            f"of {BASE_FILES} files",
            "GET jobs\np95 ms",
            "MiB after",
            title=f"Files: known files in jobs of up to 500; baseline {BASE_FILES} files",
        )
        baseline = 0.0
        for count in counts:
            many = (self.ids * (count // len(self.ids) + 1))[:count]
            with _Listings(self.server) as listings:
                rate = count / classify(self.client, many, self.documents.rules)
            baseline = baseline or rate
            table.add_row(
                str(count),
                f"{rate:.0f}",
                f"{rate / baseline:.0%}",
                f"{percentile(listings.times, 0.95):.0f}",
                f"{sum(memory_by_kind(self.server.api.pid).values()):.0f}",
            )
        return table

    def measure_jobs(self, count: int) -> Table:
        table = Table(
            "jobs",
            "files\nof each",
            "documents/s",
            "CPU ms\na document",
            title=f"Jobs: {count} known files; baseline jobs of 100 files",
        )
        for size in (min(100, count), 1):
            before, began = self._cpu_seconds(), time.perf_counter()
            some = (self.ids * size)[:size]
            jobs = [
                self.client.create_job(some, self.documents.rules) for _ in range(count // size)
            ]
            for job_id in jobs:
                self.client.wait(job_id, JOB_SECONDS, POLL_SECONDS)
            seconds, cpu = time.perf_counter() - began, self._cpu_seconds() - before
            table.add_row(
                str(len(jobs)), str(size), f"{count / seconds:.0f}", f"{cpu / count * 1000:.1f}"
            )
        return table

    def _cpu_seconds(self) -> float:
        return cpu_seconds(self.server.api.pid)


class _Listings:
    """Asks for a page of jobs again and again while a block runs."""

    def __init__(self, server: RunningServer) -> None:
        self.times: list[float] = []
        self._client = Client(server)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._client.close()

    def _run(self) -> None:
        while not self.times or not self._stop.is_set():
            self.times += time_listings(self._client, 0.5)
