"""How fast the server is ready, what it costs when idle, and its memory by number of workers.

Memory is the proportional set size (PSS) of all its processes after one job: what would be
free without them. A second of import is the baseline: an interpreter that imports FastAPI.
"""

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.server.live import LETTER, live_server

MIB = 1024 * 1024
READY_TARGET_SECONDS = 10.0
IDLE_TARGET_PERCENT = 2.0
MEMORY_TARGET_MIB = 900.0
JOB_FILES = 20


@dataclass(frozen=True, slots=True)
class Cost:
    """One server's figures: seconds until ready, percent of a core when idle, PSS in MiB."""

    ready: float
    idle: float
    memory: dict[str, float]


def main() -> int:
    """Print the table; the status is 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--idle-seconds", type=float, default=20.0)
    arguments = parser.parse_args()

    costs = {count: _measure(count, arguments.idle_seconds) for count in arguments.workers}
    kinds = sorted({kind for cost in costs.values() for kind in cost.memory})
    table = Table("workers", "ready s", "idle CPU %", *[f"{kind} MiB" for kind in kinds], "all MiB")
    for count, cost in costs.items():
        table.add_row(
            str(count),
            f"{cost.ready:.1f}",
            f"{cost.idle:.2f}",
            *[f"{cost.memory.get(kind, 0):.0f}" for kind in kinds],
            f"{sum(cost.memory.values()):.0f}",
        )
    Console().print(table)
    print(f"baseline: an interpreter that imports FastAPI takes {_baseline():.1f} s to be there")
    two = costs.get(2) or next(iter(costs.values()))
    missed = (
        max(cost.ready for cost in costs.values()) > READY_TARGET_SECONDS
        or max(cost.idle for cost in costs.values()) > IDLE_TARGET_PERCENT
        or sum(two.memory.values()) > MEMORY_TARGET_MIB
    )
    print(
        f"targets: ready within {READY_TARGET_SECONDS:.0f} s, idle under "
        f"{IDLE_TARGET_PERCENT:.0f}%, {MEMORY_TARGET_MIB:.0f} MiB with two workers: "
        + ("missed" if missed else "met")
    )
    return int(missed)


def _baseline() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import fastapi, uvicorn"], check=True)
    return time.perf_counter() - began


def _measure(workers: int, idle_seconds: float) -> Cost:
    began = time.perf_counter()
    with live_server({"workers": workers}) as (server, client):
        ready = time.perf_counter() - began
        while client.http.get("/readyz").json()["workers"] < workers:
            time.sleep(0.1)
        file_id = client.upload("letter.txt", LETTER)
        client.wait(client.create_job([file_id] * JOB_FILES), 300)
        process = psutil.Process(server.api.pid)
        tree = [process, *process.children(recursive=True)]
        idle = _idle_percent(tree, idle_seconds)
        memory: dict[str, float] = {}
        for one in tree:
            kind = _kind(one, process)
            memory[kind] = memory.get(kind, 0) + one.memory_full_info().pss / MIB
    return Cost(ready, idle, memory)


def _idle_percent(tree: list[psutil.Process], seconds: float) -> float:
    time.sleep(1)
    before = sum(_cpu_seconds(one) for one in tree)
    time.sleep(seconds)
    return (sum(_cpu_seconds(one) for one in tree) - before) / seconds * 100


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _kind(process: psutil.Process, api: psutil.Process) -> str:
    if process.pid == api.pid:
        return "API"
    command = " ".join(process.cmdline())
    if "worker.parsing" in command:
        return "parser"
    return "other" if "resource_tracker" in command else "worker"


if __name__ == "__main__":
    sys.exit(main())
