"""The processor time of the main job by part: files seen for the first time, and known files.

A worker's pipeline runs in this process, on SQLite, and its functions are timed. Then the same
files go through a server, whose processes tell what HTTP takes. The parts that are neither parsing
nor embedding have a target.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.jobs.values import Rule
from benchmarks.processes import cpu_seconds
from benchmarks.server.live import live_server
from benchmarks.speed.documents import Documents, load_documents
from benchmarks.speed.timers import EMBED, PARSE
from benchmarks.speed.worker import timed_worker
from devtools.client import Client

FIRST, KNOWN = "first time", "known file,\nnew rules"
# Milliseconds a document for everything that is neither parsing nor embedding.
TARGETS = {FIRST: 15.0, KNOWN: 8.0}
HTTP = "HTTP"


@dataclass(frozen=True, slots=True)
class Profile:
    """Milliseconds of processor time a document by part, for each pass."""

    passes: dict[str, dict[str, float]]
    documents: int

    def other(self, name: str) -> float:
        """Return the milliseconds of everything that is neither parsing nor embedding."""
        return sum(time for part, time in self.passes[name].items() if part not in (PARSE, EMBED))


def main() -> int:
    """Print the table; the status is 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--corpus", type=Path, help="folder with a manifest; without it the samples"
    )
    parser.add_argument("--documents", type=int, default=60, help="how many documents (60)")
    arguments = parser.parse_args()
    documents = load_documents(arguments.corpus)
    profile = measure_profile(documents, arguments.documents)
    Console().print(profile_table(profile, documents.source))
    missed = [name for name, target in TARGETS.items() if profile.other(name) > target]
    return int(bool(missed))


def profile_table(profile: Profile, source: str) -> Table:
    """Show the parts of each pass, the largest first, and the sum that has a target."""
    names = list(profile.passes)
    table = Table(
        "part",
        *[f"{name}\nms" for name in names],
        title=f"Processor time a document: {profile.documents} documents of {source}",
    )
    parts = sorted(profile.passes[FIRST], key=lambda part: -profile.passes[FIRST][part])
    for part in parts:
        table.add_row(part, *[f"{profile.passes[name].get(part, 0):.1f}" for name in names])
    table.add_section()
    table.add_row("all", *[f"{sum(profile.passes[name].values()):.1f}" for name in names])
    table.add_row(
        "all but parse and embed (target)",
        *[f"{profile.other(name):.1f} ({TARGETS[name]:.0f})" for name in names],
    )
    return table


def measure_profile(documents: Documents, count: int) -> Profile:
    """Measure both passes over so many documents."""
    paths = documents.take(count)
    rules = [Rule(rule["type"], rule["description"]) for rule in documents.rules]
    passes = _measure_pipeline(paths, rules)
    for name, milliseconds in zip(passes, _measure_http(paths, documents.rules), strict=True):
        passes[name][HTTP] = milliseconds
    return Profile(passes, count)


def _measure_pipeline(paths: Sequence[Path], rules: Sequence[Rule]) -> dict[str, dict[str, float]]:
    with timed_worker() as worker:
        ids = [worker.add(path.read_bytes(), path.suffix) for path in paths]
        worker.run(ids[:1], rules)  # loads what is loaded late, and embeds the rules
        return {FIRST: worker.time(ids, rules), KNOWN: worker.time(ids, _other_words(rules))}


def _other_words(rules: Sequence[Rule]) -> list[Rule]:
    return [Rule(rule.type, f"{rule.description} Of any kind.") for rule in rules]


def _measure_http(paths: Sequence[Path], rules: Sequence[dict[str, str]]) -> list[float]:
    """Return the milliseconds of the API's process a document: with upload, and without."""
    with live_server({"workers": 1}) as (server, client):
        pid = server.api.pid
        client.wait(client.create_job([client.upload(b"To warm up.", "warm.txt")], rules), 120)
        times = []
        ids: list[str] = []
        for is_new in (True, False):
            before = cpu_seconds(pid, own=True)
            if is_new:
                ids += [
                    client.upload(path.read_bytes(), f"document{path.suffix}") for path in paths
                ]
            _finish(client, ids, rules)
            times.append((cpu_seconds(pid, own=True) - before) / len(paths) * 1000)
    return times


def _finish(client: Client, ids: Sequence[str], rules: object) -> None:
    """Run the files as jobs of 500 at most and read their results."""
    for start in range(0, len(ids), 500):
        job_id = client.create_job(ids[start : start + 500], rules)
        client.wait(job_id, 3600, pause=2.0)  # each costs the API's time
        client.results(job_id)


if __name__ == "__main__":
    sys.exit(main())
