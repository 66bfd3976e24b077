"""The time from sending one warm one-page PDF to reading its result, over HTTP."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from rich.table import Table

from benchmarks.server.live import live_server, percentile
from benchmarks.speed.documents import SAMPLES, Documents
from benchmarks.speed.server import JOB_SECONDS, upload_all, wait_for_workers
from benchmarks.speed.throughput import run_script
from devtools.client import Client
from devtools.server import RunningServer

ONE_PAGE = SAMPLES / "HS-20614.pdf"
STEPS = ("upload", "create the job", "wait for it", "read the result", "all")
POLL_SECONDS = 0.01

Times = dict[str, list[float]]
"""The milliseconds of each of STEPS, one value for each document."""


def measure_latency(documents: Documents, rounds: int, workers: int) -> list[Table]:
    """Return the table of one document alone and under load, and that of its steps."""
    script = run_script([ONE_PAGE] * (rounds + 1), documents.rules)["seconds"][1:]
    with live_server({"workers": workers}) as (server, client):
        wait_for_workers(client, workers)
        _time(client, documents.rules, 2 * workers)  # warms every worker
        alone = _time(client, documents.rules, rounds)
        with _load(server, documents.paths, documents.rules):
            loaded = _time(client, documents.rules, rounds)
    table = Table(
        "one page",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        title=f"Latency of one warm one-page PDF over HTTP, {rounds} times",
    )
    for name, times in (
        ("baseline: the script's loop, model loaded", [1000 * each for each in script]),
        ("server, idle", alone["all"]),
        ("server, all workers busy with a large job", loaded["all"]),
    ):
        table.add_row(name, *[f"{percentile(times, share):.0f}" for share in (0.5, 0.95, 0.99)])
    steps = Table("step, server idle", "p50 ms", title="Where the time of one document goes")
    for step in STEPS:
        steps.add_row(step, f"{percentile(alone[step], 0.5):.1f}")
    return [table, steps]


def _time(client: Client, rules: object, rounds: int) -> Times:
    content = ONE_PAGE.read_bytes()
    times: Times = {step: [] for step in STEPS}
    for _ in range(rounds):
        moments = [time.perf_counter()]
        file_id = client.upload(content, "document.pdf")
        moments.append(time.perf_counter())
        job_id = client.create_job([file_id], rules)
        moments.append(time.perf_counter())
        client.wait(job_id, JOB_SECONDS, POLL_SECONDS)
        moments.append(time.perf_counter())
        client.results(job_id)
        moments.append(time.perf_counter())
        for step, start, end in zip(STEPS, moments, moments[1:], strict=False):
            times[step].append((end - start) * 1000)
        times["all"].append((moments[-1] - moments[0]) * 1000)
    return times


@contextmanager
def _load(server: RunningServer, paths: Sequence[Path], rules: object) -> Iterator[None]:
    """Keep all workers busy with new files in the background."""
    stop = threading.Event()

    def feed() -> None:
        with closing(Client(server)) as client:
            while not stop.is_set():
                ids = upload_all(client, list(paths)[:20])
                client.wait(client.create_job(ids, rules), JOB_SECONDS)

    thread = threading.Thread(target=feed, daemon=True)
    thread.start()
    try:
        time.sleep(2)
        yield
    finally:
        stop.set()
        thread.join()
