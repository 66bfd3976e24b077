"""How soon a server is ready, what it costs when idle, its memory, and its disk.

Memory is the proportional set size (PSS) of all its processes: what would be free without them.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from benchmarks.processes import cpu_seconds
from benchmarks.speed.documents import Documents
from benchmarks.speed.latency import ONE_PAGE
from benchmarks.speed.server import (
    MIB,
    classify,
    memory_by_kind,
    upload_all,
    wait_for_workers,
)
from benchmarks.speed.throughput import BASELINE, run_script
from devtools.client import Client
from devtools.server import embedded_server

KINDS = ("API", "worker", "parser", "other")


def measure_start(workers: int) -> Table:
    """Return the table of the time from the command until documents are classified."""
    table = Table("start", "seconds", title=f"From the command until ready, {workers} workers")
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import fastapi, uvicorn"], check=True)
    table.add_row(
        "baseline: Python imports FastAPI and uvicorn", f"{time.perf_counter() - began:.1f}"
    )
    table.add_row(f"baseline: {BASELINE}", f"{run_script([ONE_PAGE], _NO_RULES)['ready']:.1f}")
    with tempfile.TemporaryDirectory(prefix="pigeonhole-") as folder:
        for name in ("server, new directory", "server, known directory"):
            began = time.perf_counter()
            with embedded_server(Path(folder) / "data", {"workers": workers}) as server:
                ready = time.perf_counter() - began
                client = Client(server)
                wait_for_workers(client, workers)
                table.add_row(f"{name}: one worker", f"{ready:.1f}")
                table.add_row(f"{name}: all workers", f"{time.perf_counter() - began:.1f}")
                client.close()
    return table


def measure_memory(
    documents: Documents, count: int, workers: Sequence[int], idle_seconds: float
) -> list[Table]:
    """Return the tables of memory and idle processor time, and of disk, after so many documents."""
    paths = documents.take(count)
    table = Table(
        "workers",
        *[f"{kind}\nMiB" for kind in KINDS],
        "all MiB",
        "idle\nCPU %",
        title=f"Memory (PSS) after {count} documents of {documents.source}",
    )
    disk = Table("on disk", "MB for 1,000 documents", title="Disk; baseline: the files themselves")
    disk.add_row("files", _per_thousand(sum(path.stat().st_size for path in paths), count))
    for number in workers:
        with tempfile.TemporaryDirectory(prefix="pigeonhole-") as folder:
            data = Path(folder) / "data"
            with embedded_server(data, {"workers": number}) as server:
                client = Client(server)
                wait_for_workers(client, number)
                before = _disk(data)
                classify(client, upload_all(client, paths), documents.rules)
                after = _disk(data)
                idle = _idle_percent(server.api.pid, idle_seconds)
                memory = memory_by_kind(server.api.pid)
                client.close()
        table.add_row(
            str(number),
            *[f"{memory.get(kind, 0):.0f}" for kind in KINDS],
            f"{sum(memory.values()):.0f}",
            f"{idle:.1f}",
        )
    for part in after:
        disk.add_row(part, _per_thousand(after[part] - before.get(part, 0), count))
    return [table, disk]


_NO_RULES = [{"type": "invoice", "description": "A bill."}]


def _idle_percent(pid: int, seconds: float) -> float:
    time.sleep(1)
    before = cpu_seconds(pid)
    time.sleep(seconds)
    return (cpu_seconds(pid) - before) / seconds * 100


def _disk(data: Path) -> dict[str, int]:
    """Return the bytes in use of the database and of the store."""
    sizes = {"database": 0, "files, texts and vectors": 0}
    for folder, _, names in os.walk(data):
        for name in names:
            size = (Path(folder) / name).stat().st_blocks * 512
            sizes["database" if ".db" in name else "files, texts and vectors"] += size
    return sizes


def _per_thousand(size: int, count: int) -> str:
    return f"{size / MIB / count * 1000:.0f}"
