"""Sends files that break readers in one job to a live server, and checks each outcome.

The corpus is a folder with `manifest.csv`: path, what, outcome (`result`, `null`, `error`,
`error:<code>` or `any`) and, for some files, the right type.

A first job warms the server up. After it the processes of the server, without the readers, may
grow by 50 MiB. The server has a private home and temporary directory, which must be empty at the
end. The other places where programs write are compared file by file before and after: the server
may leave files only in its data directory. Files of other programs show up, too: run this on a
quiet machine, or leave them out with --ignore.
"""

import argparse
import contextlib
import csv
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from app.settings import Settings
from benchmarks.parsing import made_files
from benchmarks.processes import is_reader
from benchmarks.server.live import LETTER, live_server
from benchmarks.server.places import Places, private_places
from devtools.client import Client
from devtools.reaper import is_alive

MIB = 1024 * 1024
GROWTH_TARGET_MIB = 50.0
# The RSS of each process counts them, although they are shared and the kernel can reclaim them.
MAPPED = "pages of mapped files in both"
# A reader may live this long after its wall limit: the time to notice and to kill it.
GRACE_SECONDS = 3.0
JOB_SECONDS = 1800.0

RULES = [
    {"type": "invoice", "description": "A bill for goods or services with amounts to be paid."},
    {"type": "recipe", "description": "Cooking instructions with a list of ingredients."},
    {"type": "user_manual", "description": "Instructions for using a device or a program."},
    {"type": "scientific_paper", "description": "A research article with abstract and references."},
    {"type": "tax_form", "description": "An official form for declaring income or taxes."},
    {"type": "contract", "description": "An agreement between parties with their obligations."},
]


@dataclass(frozen=True, slots=True)
class Row:
    """One file of the corpus and its right outcome."""

    path: Path
    what: str
    outcome: str
    type: str


@dataclass(slots=True)
class Watch:
    """Measures the processes of the server while the job runs."""

    peak_total: int = 0
    peak_single: int = 0
    oldest_reader: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self, pid: int) -> None:
        """Measure the process tree five times a second until `stop` is called."""
        server = psutil.Process(pid)
        while not self._stop.wait(0.2):
            sizes = []
            for process in [server, *server.children(recursive=True)]:
                try:
                    sizes.append(process.memory_info().rss)
                    if is_reader(process):
                        age = time.time() - process.create_time()
                        self.oldest_reader = max(self.oldest_reader, age)
                except psutil.Error:  # it ended meanwhile
                    continue
            self.peak_total = max(self.peak_total, sum(sizes))
            self.peak_single = max(self.peak_single, *sizes)

    def stop(self) -> None:
        """End `run`."""
        self._stop.set()


@dataclass(frozen=True, slots=True)
class Run:
    """The result: the job's status and items, growth in MiB by kind, readers and files left."""

    status: str
    items: list[dict[str, Any]]
    seconds: float
    answers: bool
    growth: dict[str, float]
    readers_left: int
    files_left: list[str]


def main() -> int:
    """Print the table; the status is 1 when an outcome is wrong or a check of the server fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="folder with manifest.csv")
    parser.add_argument("--all", action="store_true", help="show every row, not only wrong ones")
    parser.add_argument(
        "--ignore", nargs="*", default=[], metavar="PATTERN", help="files that others write"
    )
    arguments = parser.parse_args()
    rows = _read(arguments.corpus)
    places = Places(arguments.ignore)
    watch = Watch()
    run = _run(rows, places, watch)

    wrong = _print_rows(rows, run.items, show_all=arguments.all)
    checks = _check(run, watch, places, wrong)
    for sentence, holds in checks.items():
        print(f"{'yes' if holds else 'NO '}  {sentence}")
    for path in run.files_left[:20]:
        print(f"     {path}")
    print(f"{len(rows)} files in {run.seconds:.1f} s")
    print(
        f"peak RSS: {watch.peak_total / MIB:.0f} MiB of all processes, "
        f"{watch.peak_single / MIB:.0f} MiB of one"
    )
    return int(not all(checks.values()))


def _run(rows: Sequence[Row], places: Places, watch: Watch) -> Run:
    """Send all files in one job to a warm server, and measure what they leave behind."""
    with private_places() as private, live_server({"workers": 2}) as (server, client):
        places.remember(private, server.data_dir.parent)
        _warm_up(client)
        warm = _memory(server.api.pid)
        watcher = threading.Thread(target=watch.run, args=(server.api.pid,))
        watcher.start()
        began = time.perf_counter()
        try:
            file_ids = [client.upload(row.path.read_bytes(), row.path.name) for row in rows]
            job = client.wait(client.create_job(file_ids, RULES), JOB_SECONDS)
            seconds = time.perf_counter() - began
        finally:
            watch.stop()
            watcher.join()
        grown = _memory(server.api.pid)
        family = psutil.Process(server.api.pid).children(recursive=True)
        return Run(
            status=job["status"],
            items=client.results(job["id"]),
            seconds=seconds,
            answers=client.http.get("/readyz").status_code == 200,
            growth={kind: (size - warm[kind]) / MIB for kind, size in grown.items()},
            readers_left=sum(is_reader(each) and is_alive(each) for each in family),
            files_left=places.changed(),
        )


def _warm_up(client: Client) -> None:
    """Have each worker classify files of every format."""
    made = [*made_files.by_format().items(), ("txt", LETTER * 60)] * 2
    file_ids = [client.upload(data, f"warm-up.{kind}") for kind, data in made]
    client.wait(client.create_job(file_ids, RULES), JOB_SECONDS)


def _check(run: Run, watch: Watch, places: Places, wrong: int) -> dict[str, bool]:
    """Return the checks as sentences with figures, and whether each holds."""
    limit = Settings().parser_wall_seconds + GRACE_SECONDS
    grown = ", ".join(f"{kind} {mib:+.0f}" for kind, mib in run.growth.items())
    return {
        f"the job ended, {run.status}": run.status != "PENDING",
        "every file has its right outcome": not wrong,
        f"no reader lived longer than {limit:.0f} s (oldest: {watch.oldest_reader:.1f} s)": (
            watch.oldest_reader <= limit
        ),
        "no reader is left": run.readers_left == 0,
        "the server still answers": run.answers,
        f"its processes grew by less than {GROWTH_TARGET_MIB:.0f} MiB ({grown})": (
            run.growth["API"] + run.growth["workers"] < GROWTH_TARGET_MIB
        ),
        f"nothing was written outside its data directory ({len(run.files_left)} files; looked"
        f" in {', '.join(places.names)})": not run.files_left,
    }


def _read(corpus: Path) -> list[Row]:
    folder = corpus if (corpus / "manifest.csv").exists() else corpus / "hostile"
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return [
            Row(folder / line["path"], line["what"], line["outcome"], line["type"])
            for line in csv.DictReader(file)
        ]


def _memory(pid: int) -> Counter[str]:
    """Return the RSS of a server's processes by kind, without those that read files.

    MAPPED is the part of all that are pages of mapped files.
    """
    server = psutil.Process(pid)
    sizes: Counter[str] = Counter()
    for process in [server, *server.children(recursive=True)]:
        with contextlib.suppress(psutil.Error):  # it ended meanwhile
            if "worker.parsing" in " ".join(process.cmdline()):
                continue
            memory = process.memory_info()
            sizes["API" if process.pid == pid else "workers"] += memory.rss
            sizes[MAPPED] += memory.shared
    return sizes


def _outcome(item: dict[str, Any]) -> str:
    if item["error"] is not None:
        return f"error:{item['error']['code']}"
    return "null" if item["result"]["type"] is None else f"result:{item['result']['type']}"


def _fits(row: Row, got: str) -> bool:
    kind, _, detail = row.outcome.partition(":")
    if kind == "any":
        return True
    if kind == "error":
        return got.startswith("error:") and detail in ("", got.partition(":")[2])
    if kind == "null":
        return got == "null"
    # A file without a right type only has to be read.
    return got == f"result:{row.type}" if row.type else not got.startswith("error:")


def _print_rows(rows: list[Row], items: list[dict[str, Any]], *, show_all: bool) -> int:
    """Print the wrong rows, or all, and return the number of wrong ones."""
    table = Table("file", "what", "should be", "is", "", title="Hostile files")
    wrong = 0
    for row, item in zip(rows, items, strict=True):
        got = _outcome(item)
        fits = _fits(row, got)
        wrong += not fits
        mark = "" if fits else "WRONG"
        if show_all or not fits:
            expected = f"{row.outcome} {row.type}".strip()
            table.add_row(row.path.name, row.what[:40], expected, got, mark)
    Console().print(table)
    print(
        f"{sum(_fits(r, _outcome(i)) for r, i in zip(rows, items, strict=True))} of {len(rows)} fit"
    )
    return wrong


if __name__ == "__main__":
    sys.exit(main())
