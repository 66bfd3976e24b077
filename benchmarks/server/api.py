"""What a request costs, and how long it takes: small and large jobs, reads while workers work.

The baseline of the same run is a bare FastAPI that answers one constant.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.server.api_load import GET_SHARE, Load, measure, report
from benchmarks.server.live import LETTER, hello_server, live_server, percentile
from devtools.client import JOBS, RULES, Client

WARM_UP = 5
LARGE = 500

LARGE_TARGET_MS = 500.0
BUSY_TARGET_MS = 150.0


@dataclass(frozen=True, slots=True)
class Latencies:
    """The milliseconds of each request, by kind, and how busy the workers were."""

    idle: list[float]
    small: list[float]
    large: list[float]
    busy_idle: list[float]
    busy_job: list[float]
    busy_list: list[float]
    busy_cores: float
    was_busy_to_the_end: bool


def main() -> int:
    """Print the table; the status is 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="requests of each kind (40)")
    parser.add_argument("--workers", type=int, default=2, help="worker processes (2)")
    parser.add_argument("--requests", type=int, default=800, help="in each round of load (800)")
    arguments = parser.parse_args()

    get_cost = measure_requests(arguments.requests)
    found = measure_latencies(arguments.rounds, arguments.workers)
    _print(found)
    more = percentile(found.large, 0.5) - percentile(found.small, 0.5)
    busy = percentile(found.busy_job, 0.95)
    print(f"{LARGE} files cost {more:.0f} ms more than 1 (target: {LARGE_TARGET_MS:.0f})")
    print(f"GET job, p95 while busy: {busy:.0f} ms (target: {BUSY_TARGET_MS:.0f})")
    print(f"the workers were busy to the end: {'yes' if found.was_busy_to_the_end else 'no'}")
    print(f"GET job costs {get_cost:.1f} times a bare answer (target: {GET_SHARE})")
    missed = more > LARGE_TARGET_MS or busy > BUSY_TARGET_MS or not found.was_busy_to_the_end
    return int(missed or get_cost > GET_SHARE)


def measure_latencies(rounds: int, workers: int) -> Latencies:
    """Time small and large jobs on an idle server, then reads while all workers work."""
    with hello_server() as (_, hello), live_server({"workers": workers}) as (server, client):
        idle = _time(lambda: hello.get("/hello"), rounds)
        file_id = client.upload(LETTER, "letter.txt")
        small_ids: list[str] = []
        small = _time(lambda: small_ids.append(client.create_job([file_id])), rounds)
        client.wait(small_ids[-1], 300)
        large = _time(lambda: client.create_job([file_id] * LARGE), max(3, rounds // 8))
        # The large jobs keep every worker busy for the rest.
        job_id = client.create_job([file_id] * LARGE)
        return Latencies(
            idle=idle,
            small=small,
            large=large,
            busy_cores=_busy_share(server.api.pid),
            busy_idle=_time(lambda: hello.get("/hello"), rounds * 5),
            busy_job=_time(lambda: client.job(job_id), rounds * 5),
            busy_list=_time(lambda: _list(client), rounds * 5),
            was_busy_to_the_end=client.job(job_id)["status"] == "PENDING",
        )


def measure_requests(requests: int) -> float:
    """Print what requests cost in CPU; return how many times a bare answer GET job costs."""
    with (
        hello_server() as (hello_process, hello_client),
        live_server({"workers": 1}) as (
            server,
            client,
        ),
    ):
        file_id = client.upload(LETTER, "letter.txt")
        job_id = client.create_job([file_id])
        client.wait(job_id, 300)
        headers = {
            "Authorization": client.http.headers["Authorization"],
            "Content-Type": "application/json",
        }
        body = json.dumps({"file_ids": [file_id], "rules": RULES}).encode()
        port = hello_client.base_url.port or 0
        hello = Load("bare FastAPI", hello_process.pid, port, "GET", "/hello")
        get = Load("GET job", server.api.pid, server.port, "GET", f"{JOBS}/{job_id}", headers)
        post = Load("POST job", server.api.pid, server.port, "POST", JOBS, headers, body)
        # The kernel counts in hundredths of a second; and a new job leaves work behind.
        measure([(hello, 4 * requests), (get, requests), (post, requests // 4)])
    return report(hello, [get, post])["GET job"]


def _list(client: Client) -> None:
    client.http.get(JOBS, params={"page_size": 10}).raise_for_status()


def _time(call: Callable[[], object], rounds: int) -> list[float]:
    """Return the milliseconds of each of `rounds` calls, after a warm-up."""
    for _ in range(WARM_UP if rounds > WARM_UP else 1):
        call()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return times


def _busy_share(pid: int) -> float:
    """Return how much of a core the server's children use, over one second."""
    children = psutil.Process(pid).children(recursive=True)
    for child in children:
        child.cpu_percent()
    time.sleep(1)
    return sum(child.cpu_percent() for child in children if child.is_running()) / 100


def _print(found: Latencies) -> None:
    table = Table("request", "calls", "median ms", "p95 ms", "worst ms", title="API latency")
    for name, times in (
        ("bare FastAPI, idle", found.idle),
        ("POST jobs, 1 file", found.small),
        (f"POST jobs, {LARGE} files", found.large),
        ("bare FastAPI, workers busy", found.busy_idle),
        ("GET job, workers busy", found.busy_job),
        ("GET jobs, workers busy", found.busy_list),
    ):
        table.add_row(
            name,
            str(len(times)),
            f"{percentile(times, 0.5):.1f}",
            f"{percentile(times, 0.95):.1f}",
            f"{max(times):.1f}",
        )
    console = Console()
    console.print(table)
    console.print(
        f"While busy, the workers used {found.busy_cores:.1f} of {psutil.cpu_count()} cores."
    )


if __name__ == "__main__":
    sys.exit(main())
