"""Checks what thousands of small mixed files leave in one server: memory, zombies, files."""

import argparse
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.parsing import made_files
from benchmarks.processes import is_reader
from benchmarks.server.live import live_server, percentile
from benchmarks.server.places import private_places
from devtools.client import Client

MIB = 1024 * 1024
GROWTH_TARGET = 0.05
QUARTERS = 4
JOB_SECONDS = 3600.0
# Files that end in an error are more likely to leave something.
BROKEN = {
    "pdf": b"%PDF-1.7\n1 0 obj\n<<",
    "docx": b"PK\x03\x04 no zip",
    "exe": b"MZ" + bytes(range(256)) * 4,
}


@dataclass(slots=True)
class Watch:
    """Measures the memory of all processes of a server, by quarters of the files.

    `done` is how many files have been classified.
    """

    pid: int
    files: int
    done: int = 0
    sizes: list[list[int]] = field(default_factory=lambda: [[] for _ in range(QUARTERS)])
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Measure twice a second until `stop` is called."""
        while not self._stop.wait(0.5):
            self.measure()

    def measure(self) -> None:
        """Measure now."""
        quarter = min(QUARTERS - 1, self.done * QUARTERS // self.files)
        server = psutil.Process(self.pid)
        total = 0
        for process in [server, *server.children(recursive=True)]:
            try:
                if not is_reader(process):
                    total += process.memory_info().rss
            except psutil.Error:  # it ended meanwhile
                continue
        self.sizes[quarter].append(total)

    def stop(self) -> None:
        """End `run`."""
        self._stop.set()


def main() -> int:
    """Print the table; the status is 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=2000, help="how many files (2000)")
    parser.add_argument("--workers", type=int, default=2, help="worker processes (2)")
    parser.add_argument(
        "--job-files", type=int, default=100, help="files of a job, at most a quarter of all (100)"
    )
    arguments = parser.parse_args()
    if arguments.files < QUARTERS:
        parser.error(f"--files is at least {QUARTERS}")
    # Jobs that are longer would leave a quarter without a measurement.
    job_files = min(arguments.job_files, arguments.files // QUARTERS)

    with (
        private_places() as private,
        live_server({"workers": arguments.workers}) as (server, client),
    ):
        own = _files(private, server.data_dir.parent)
        watch = Watch(server.api.pid, arguments.files)
        watcher = threading.Thread(target=watch.run)
        watcher.start()
        began = time.perf_counter()
        try:
            outcomes = _send(client, watch, arguments.files, job_files)
        finally:
            watch.stop()
            watcher.join()
        seconds = time.perf_counter() - began
        family = psutil.Process(server.api.pid).children(recursive=True)
        zombies = sum(process.status() == psutil.STATUS_ZOMBIE for process in family)
        left = _files(private, server.data_dir.parent) - own
    _print(watch)
    all_hold = _check(watch, zombies, left)
    print(f"{arguments.files} files in {seconds:.0f} s: {outcomes}")
    return int(not all_hold)


def _check(watch: Watch, zombies: int, left: set[Path]) -> bool:
    """Print whether each target is met; return whether all are."""
    second, last = (percentile(watch.sizes[quarter], 0.5) for quarter in (1, 3))
    growth = last / second - 1
    checks = {
        f"the last quarter is within {GROWTH_TARGET:.0%} of the second ({growth:+.1%})": (
            growth <= GROWTH_TARGET
        ),
        f"no zombie ({zombies})": zombies == 0,
        f"no file is left in its TMPDIR and home ({len(left)})": not left,
    }
    for sentence, holds in checks.items():
        print(f"{'yes' if holds else 'NO '}  {sentence}")
    return all(checks.values())


def _send(client: Client, watch: Watch, files: int, job_files: int) -> dict[str, int]:
    """Send the files in jobs, one after another; return the number of files by outcome."""
    kinds = [*made_files.by_format().items(), ("png", made_files.scan()), *BROKEN.items()]
    outcomes: dict[str, int] = {}
    while watch.done < files:
        numbers = range(watch.done, min(watch.done + job_files, files))
        file_ids = []
        for number in numbers:
            kind, data = kinds[number % len(kinds)]
            file_ids.append(client.upload(data, f"{number}.{kind}"))
        job = client.wait(client.create_job(file_ids), JOB_SECONDS)
        for item in client.results(job["id"]):
            outcome = item["error"]["code"] if item["error"] else "result"
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
        # A small job may take less time than passes between two measurements.
        watch.measure()
        watch.done += len(numbers)
    return outcomes


def _files(private: Path, work: Path) -> set[Path]:
    """Return what is in the server's home and TMPDIR, outside the folder it works in."""
    ours = work.resolve()
    found = private.glob("*/**/*")
    return {path for path in found if path != ours and ours not in path.parents}


def _print(watch: Watch) -> None:
    table = Table("quarter", "samples", "median MiB", "min MiB", "max MiB", title="RSS of all")
    for number, sizes in enumerate(watch.sizes, 1):
        table.add_row(
            str(number),
            str(len(sizes)),
            *(f"{size / MIB:.0f}" for size in (percentile(sizes, 0.5), min(sizes), max(sizes))),
        )
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
