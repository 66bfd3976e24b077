"""Documents a second through HTTP against the script that a user writes; then under new rules.

Scans are left out: the script reads nothing of them. What they cost is in the table of kinds.
"""

import json
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from rich.table import Table

from benchmarks.processes import cpu_seconds
from benchmarks.server.live import live_server
from benchmarks.speed.documents import Documents
from benchmarks.speed.server import classify, memory_by_kind, upload_all, wait_for_workers

ROOT = Path(__file__).parents[2]
BASELINE = "script: pypdf, sentence-transformers, MiniLM"
FIRST, SECOND = "server, first time", "server, new rules"


@dataclass(frozen=True, slots=True)
class Run:
    """One pass over all documents: seconds, processor seconds, and MiB of memory after it."""

    seconds: float
    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class Throughput:
    """The runs of each way, one of each pair; `script` is what the last script printed."""

    documents: int
    runs: dict[str, list[Run]]
    script: dict[str, Any]

    def rate(self, name: str) -> float:
        """Return the median of documents a second."""
        return median(self.documents / run.seconds for run in self.runs[name])


def measure_throughput(documents: Documents, count: int, pairs: int, workers: int) -> Throughput:
    """Run the script and a new server in turn; the script's start and the server's do not count."""
    paths = documents.take(count)
    runs: dict[str, list[Run]] = {BASELINE: [], FIRST: [], SECOND: []}
    script: dict[str, Any] = {}
    for _ in range(pairs):
        script = run_script(paths, documents.rules)
        runs[BASELINE].append(
            Run(sum(script["seconds"]), script["cpu"], script["memory"] / 1024**2)
        )
        first, second = _run_server(paths, documents, workers)
        runs[FIRST].append(first)
        runs[SECOND].append(second)
    return Throughput(count, runs, script)


def run_script(paths: Sequence[Path], rules: Sequence[dict[str, str]]) -> dict[str, Any]:
    """Run benchmarks/baseline_script.py on these PDF files; return what it printed."""
    with tempfile.TemporaryDirectory(prefix="pigeonhole-") as folder:
        file = Path(folder) / "rules.json"
        file.write_text(json.dumps(list(rules)), encoding="utf-8")
        done = subprocess.run(
            [
                ROOT / ".venv-baseline/bin/python",
                ROOT / "benchmarks/baseline_script.py",
                file,
                *paths,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
        )
    printed: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return printed


def _run_server(paths: Sequence[Path], documents: Documents, workers: int) -> tuple[Run, Run]:
    with live_server({"workers": workers}) as (server, client):
        wait_for_workers(client, workers)
        pid = server.api.pid
        cpu, began = cpu_seconds(pid), time.perf_counter()
        ids = upload_all(client, paths)
        classify(client, ids, documents.rules)
        first = Run(
            time.perf_counter() - began,
            cpu_seconds(pid) - cpu,
            sum(memory_by_kind(pid).values()),
        )
        others = [
            {**rule, "description": f"{rule['description']} Of any kind."}
            for rule in documents.rules
        ]
        cpu = cpu_seconds(pid)
        seconds = classify(client, ids, others)
        return first, Run(seconds, cpu_seconds(pid) - cpu, sum(memory_by_kind(pid).values()))


def throughput_table(measured: Throughput, source: str, workers: int) -> Table:
    """Show each way with its range over the pairs."""
    table = Table(
        "way",
        "documents/s\n(range)",
        "times the\nscript",
        "CPU ms\na document",
        "MiB",
        title=f"{measured.documents} documents of {source}, {workers} workers,"
        f" {len(measured.runs[BASELINE])} interleaved pairs, medians",
    )
    for name, runs in measured.runs.items():
        rates = sorted(measured.documents / run.seconds for run in runs)
        table.add_row(
            name,
            f"{measured.rate(name):.1f} ({rates[0]:.1f} to {rates[-1]:.1f})",
            f"{measured.rate(name) / measured.rate(BASELINE):.1f}",
            f"{median(run.cpu for run in runs) / measured.documents * 1000:.0f}",
            f"{median(run.memory for run in runs):.0f}",
        )
    return table
