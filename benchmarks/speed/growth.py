"""How cost grows with the rules, with the files of a job, and with the number of jobs.

The files are known already: their first time costs the same in any number, and hides the rest.
"""

import threading
import time
from collections.abc import Sequence
from typing import Self

from rich.table import Table

from benchmarks.server.live import Client, cpu_seconds, live_server, percentile
from benchmarks.speed.documents import Documents
from benchmarks.speed.server import (
    JOB_SECONDS,
    classify,
    memory_by_kind,
    upload_all,
    wait_for_workers,
)

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
        pid = server.api.pid
        ids = upload_all(client, documents.take(KNOWN_FILES))
        classify(client, ids, documents.many_rules(BASE_RULES))
        by_rules = _measure_rules(client, pid, ids, documents, (BASE_RULES, *rules))
        by_files = _measure_files(client, pid, ids, documents, (BASE_FILES, *files))
        by_jobs = _measure_jobs(client, pid, ids, documents, jobs)
    return [by_rules, by_files, by_jobs]


def _measure_rules(
    client: Client, pid: int, ids: list[str], documents: Documents, counts: Sequence[int]
) -> Table:
    table = Table(
        "rules",
        "documents/s",
        "CPU ms\na document",
        f"times {BASE_RULES} rules",
        title=f"Rules: {BASE_FILES} known files; baseline {BASE_RULES} rules",
    )
    baseline = 0.0
    for count in counts:
        rules = documents.many_rules(count)
        # Each worker embeds a rule once.
        classify(client, ids, rules)
        before = cpu_seconds(pid)
        seconds = classify(client, ids * (BASE_FILES // len(ids)), rules)
        cpu = (cpu_seconds(pid) - before) / BASE_FILES * 1000
        baseline = baseline or cpu
        table.add_row(
            str(count), f"{BASE_FILES / seconds:.0f}", f"{cpu:.1f}", f"{cpu / baseline:.2f}"
        )
    return table


def _measure_files(
    client: Client, pid: int, ids: list[str], documents: Documents, counts: Sequence[int]
) -> Table:
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
        many = (ids * (count // len(ids) + 1))[:count]
        with _Listings(client) as listings:
            rate = count / classify(client, many, documents.rules)
        baseline = baseline or rate
        table.add_row(
            str(count),
            f"{rate:.0f}",
            f"{rate / baseline:.0%}",
            f"{percentile(listings.times, 0.95):.0f}",
            f"{sum(memory_by_kind(pid).values()):.0f}",
        )
    return table


def _measure_jobs(
    client: Client, pid: int, ids: list[str], documents: Documents, count: int
) -> Table:
    table = Table(
        "jobs",
        "files\nof each",
        "documents/s",
        "CPU ms\na document",
        title=f"Jobs: {count} known files; baseline jobs of 100 files",
    )
    for size in (min(100, count), 1):
        before, began = cpu_seconds(pid), time.perf_counter()
        some = (ids * size)[:size]
        jobs = [client.create_job(some, documents.rules) for _ in range(count // size)]
        for job_id in jobs:
            client.wait(job_id, JOB_SECONDS)
        seconds, cpu = time.perf_counter() - began, cpu_seconds(pid) - before
        table.add_row(
            str(len(jobs)), str(size), f"{count / seconds:.0f}", f"{cpu / count * 1000:.1f}"
        )
    return table


class _Listings:
    """Asks for a page of jobs again and again while a block runs."""

    def __init__(self, client: Client) -> None:
        self.times: list[float] = []
        self._client = Client(str(client.http.base_url), client.api_key)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self.times or not self._stop.is_set():
            self.times += self._client.time_listings(0.5)
