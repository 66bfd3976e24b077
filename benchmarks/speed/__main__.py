"""One page of tables about speed, each against a named baseline of the same run: `make bench`.

The documents are those of a corpus's manifest, or the samples. --quick takes under five minutes on
two quiet cores; its figures are rough.
"""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.server.api import measure_requests
from benchmarks.speed.documents import Documents, load_documents
from benchmarks.speed.footprint import measure_memory, measure_start
from benchmarks.speed.growth import measure_growth
from benchmarks.speed.kinds import measure_kinds
from benchmarks.speed.latency import measure_latency
from benchmarks.speed.profile import measure_profile, profile_table
from benchmarks.speed.throughput import measure_throughput, throughput_table


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured."""

    documents: int
    pairs: int
    rounds: int
    rules: tuple[int, ...]
    files: tuple[int, ...]
    jobs: int
    memory: int
    workers: tuple[int, ...]
    requests: int
    copies: int


FULL = Scale(
    documents=114,
    pairs=5,
    rounds=100,
    rules=(1, 25, 50, 100, 200),
    files=(1000, 10_000),
    jobs=1000,
    memory=1000,
    workers=(1, 2, 4),
    requests=800,
    copies=20,
)
QUICK = Scale(
    documents=20,
    pairs=1,
    rounds=20,
    rules=(50, 200),
    files=(500,),
    jobs=100,
    memory=20,
    workers=(2,),
    requests=200,
    copies=3,
)
WORKERS = 2


def main() -> int:
    """Print the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--corpus", type=Path, help="folder with a manifest; without it the samples"
    )
    parser.add_argument("--quick", action="store_true", help="fewer documents and repetitions")
    parser.add_argument("--only", nargs="+", choices=list(SECTIONS), help="some of the tables")
    arguments = parser.parse_args()
    documents = load_documents(arguments.corpus)
    scale = QUICK if arguments.quick else FULL
    console = Console(width=120)
    load = os.getloadavg()[0]
    console.print(
        f"{os.cpu_count()} cores; load before the run {load:.1f}"
        + ("; not quiet, so times are too long" if load > 1 else "")
    )
    for name in arguments.only or SECTIONS:
        for table in SECTIONS[name](documents, scale):
            console.print(table)
    return 0


def _throughput(documents: Documents, scale: Scale) -> list[Table]:
    pdfs = documents.pdfs_with_text()
    measured = measure_throughput(pdfs, scale.documents, scale.pairs, WORKERS)
    return [throughput_table(measured, pdfs.source, WORKERS)]


def _profile(documents: Documents, scale: Scale) -> list[Table]:
    return [profile_table(measure_profile(documents, scale.documents), documents.source)]


def _latency(documents: Documents, scale: Scale) -> list[Table]:
    return measure_latency(documents, scale.rounds, WORKERS)


def _growth(documents: Documents, scale: Scale) -> list[Table]:
    return measure_growth(documents, scale.rules, scale.files, scale.jobs, WORKERS)


def _memory(documents: Documents, scale: Scale) -> list[Table]:
    return measure_memory(documents, scale.memory, scale.workers, idle_seconds=10)


def _kinds(documents: Documents, scale: Scale) -> list[Table]:
    return [measure_kinds(documents, scale.copies)]


def _start(_: Documents, __: Scale) -> list[Table]:
    return [measure_start(WORKERS)]


def _api(_: Documents, scale: Scale) -> list[Table]:
    """Print the table of the API's requests, against a bare FastAPI."""
    measure_requests(scale.requests)
    return []


SECTIONS: dict[str, Callable[[Documents, Scale], list[Table]]] = {
    "throughput": _throughput,
    "profile": _profile,
    "kinds": _kinds,
    "latency": _latency,
    "growth": _growth,
    "memory": _memory,
    "start": _start,
    "api": _api,
}


if __name__ == "__main__":
    sys.exit(main())
