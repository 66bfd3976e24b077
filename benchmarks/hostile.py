"""Files that break readers, all in one job of a live server, compared with what each should give.

The corpus is a folder with `manifest.csv`: path, what, outcome (`result`, `null`, `error`,
`error:<code>` or `any`) and, for some, the type that is right.

A first job warms the server up; from then on its processes, the readers aside, may hardly grow.
Before and after, the places where programs write are compared file by file: outside its data
directory the server must leave nothing. Other programs that write there meanwhile show up too:
run this on a quiet machine, or leave their files out with --ignore.
"""

import argparse
import contextlib
import csv
import os
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from app.settings import Settings
from benchmarks import made_files
from benchmarks.live import LETTER, live_server

MIB = 1024 * 1024
GROWTH_TARGET_MIB = 50.0
# How far past its wall limit a child may be seen: the time to notice and to kill it.
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
    """One file of the corpus and what should come out."""

    path: Path
    what: str
    outcome: str
    type: str


@dataclass(slots=True)
class Watch:
    """What was seen of the server's processes while the job ran."""

    peak_total: int = 0
    peak_single: int = 0
    oldest_reader: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self, pid: int) -> None:
        """Look at the process tree five times a second until told to stop."""
        server = psutil.Process(pid)
        while not self._stop.wait(0.2):
            sizes = []
            for process in [server, *server.children(recursive=True)]:
                try:
                    sizes.append(process.memory_info().rss)
                    if _reads_a_file(process):
                        age = time.time() - process.create_time()
                        self.oldest_reader = max(self.oldest_reader, age)
                except psutil.Error:  # it ended meanwhile
                    continue
            self.peak_total = max(self.peak_total, sum(sizes))
            self.peak_single = max(self.peak_single, *sizes)

    def stop(self) -> None:
        """End `run`."""
        self._stop.set()


def main() -> int:
    """Print the table; the status is 1 when a row, or the server, did not do as it should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="folder with manifest.csv")
    parser.add_argument("--all", action="store_true", help="show every row, not only wrong ones")
    parser.add_argument(
        "--ignore", nargs="*", default=[], metavar="PATTERN", help="files that others write"
    )
    arguments = parser.parse_args()
    rows = _read(arguments.corpus)

    watch = Watch()
    with live_server({"workers": 2}) as (server, client):
        places = Places((*arguments.ignore, f"{server.data_dir.parent}/*"))
        places.remember()
        made = [*made_files.by_format().items(), ("txt", LETTER * 60)] * 2
        warm_up = [client.upload(f"warm-up.{kind}", data) for kind, data in made]
        client.wait(client.create_job(warm_up, RULES), JOB_SECONDS)
        warm = _memory(server.api.pid)
        watcher = threading.Thread(target=watch.run, args=(server.api.pid,))
        watcher.start()
        began = time.perf_counter()
        try:
            file_ids = [client.upload(row.path.name, row.path.read_bytes()) for row in rows]
            job = client.wait(client.create_job(file_ids, RULES), JOB_SECONDS)
            seconds = time.perf_counter() - began
            items = client.results(job["id"])
            answers = client.http.get("/readyz").status_code == 200
            growth = {
                kind: (size - warm.get(kind, 0)) / MIB
                for kind, size in _memory(server.api.pid).items()
            }
            left = sum(map(_reads_a_file, psutil.Process(server.api.pid).children(recursive=True)))
        finally:
            watch.stop()
            watcher.join()
        written = places.changed()
    wrong = _print_rows(rows, items, show_all=arguments.all)
    limit = Settings().parser_wall_seconds + GRACE_SECONDS
    grown = sum(growth.values())
    checks = {
        f"the job ended, {job['status']}": job["status"] != "PENDING",
        "every row has its outcome": not wrong,
        f"no reader lived longer than {limit:.0f} s (oldest: {watch.oldest_reader:.1f} s)": (
            watch.oldest_reader <= limit
        ),
        "no reader is left": left == 0,
        "the server still answers": answers,
        f"its processes grew by less than {GROWTH_TARGET_MIB:.0f} MiB"
        f" ({', '.join(f'{kind} {mib:+.0f}' for kind, mib in growth.items())})": (
            grown < GROWTH_TARGET_MIB
        ),
        f"nothing was written outside its data directory ({len(written)} files)": not written,
    }
    for sentence, holds in checks.items():
        print(f"{'yes' if holds else 'NO '}  {sentence}")
    for path in written[:20]:
        print(f"     {path}")
    print(f"{len(rows)} files in {seconds:.1f} s")
    print(
        f"peak RSS: {watch.peak_total / MIB:.0f} MiB of all processes, "
        f"{watch.peak_single / MIB:.0f} MiB of one"
    )
    return int(not all(checks.values()))


def _read(corpus: Path) -> list[Row]:
    folder = corpus if (corpus / "manifest.csv").exists() else corpus / "hostile"
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return [
            Row(folder / line["path"], line["what"], line["outcome"], line["type"])
            for line in csv.DictReader(file)
        ]


def _reads_a_file(process: psutil.Process) -> bool:
    """Tell a reader, the fork that holds one file, from the parser's child that forks it."""
    try:
        parent = process.parent()
        return parent is not None and all(
            "worker.parsing" in " ".join(one.cmdline()) for one in (process, parent)
        )
    except psutil.Error:
        return False


def _memory(pid: int) -> dict[str, int]:
    """Return the RSS of a server's processes by kind, without what reads files."""
    server = psutil.Process(pid)
    sizes = {"API": server.memory_info().rss, "workers": 0}
    for process in server.children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it ended meanwhile
            if "worker.parsing" not in " ".join(process.cmdline()):
                sizes["workers"] += process.memory_info().rss
    return sizes


class Places:
    """The files where programs write: temporary ones, the home, here, the environment."""

    def __init__(self, ignored: Sequence[str]) -> None:
        self._ignored = ignored
        self._before: dict[str, tuple[int, int]] = {}

    def remember(self) -> None:
        """Note every file's size and time of change."""
        self._before = self._look()

    def changed(self) -> list[str]:
        """Return the files that are new or other than before."""
        now = self._look()
        return sorted(path for path, state in now.items() if self._before.get(path) != state)

    def _look(self) -> dict[str, tuple[int, int]]:
        places = ("/tmp", "/var/tmp", "/dev/shm", tempfile.gettempdir())
        roots = {Path(place).resolve() for place in (*places, Path.home(), Path.cwd(), sys.prefix)}
        found: dict[str, tuple[int, int]] = {}
        for root in roots:
            for folder, _, names in os.walk(root):
                for name in names:
                    path = Path(folder, name)
                    if any(fnmatch(str(path), pattern) for pattern in self._ignored):
                        continue
                    with contextlib.suppress(OSError):  # gone meanwhile
                        state = path.lstat()
                        found[str(path)] = (state.st_mtime_ns, state.st_size)
        return found


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
    # Without a type that is right, no rule need fit: what counts is that the file was read.
    return got == f"result:{row.type}" if row.type else not got.startswith("error:")


def _print_rows(rows: list[Row], items: list[dict[str, Any]], *, show_all: bool) -> int:
    """Print the rows that matter and return how many are wrong."""
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
