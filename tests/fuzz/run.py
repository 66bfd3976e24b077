"""`make fuzz`: send requests generated from the OpenAPI description to a new server.

Ends with 1 when an answer is a 5xx or not as described, when an operation never succeeded, when
the server is gone, or when its database is damaged.
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import httpx2
from rich.console import Console
from rich.table import Table

from devtools.receiver import Receiver
from devtools.server import RunningServer, embedded_server
from tests.fuzz import seeds

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / ".venv-fuzz" / "bin" / "schemathesis"
CONFIG = Path(__file__).with_name("schemathesis.toml")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
# The phase "coverage" ends in schemathesis itself, in a recursion over this description; "stateful"
# needs links in the description; the hooks pass ids on instead.
PHASES = "fuzzing"

# (operation, status): how many answers. An operation is a method and a path of the description.
Tally = Counter[tuple[str, int]]


class Fuzzer:
    """Runs schemathesis against one server, round after round, and counts the answers."""

    def __init__(self, server: RunningServer, folder: Path, hook_url: str, workers: int) -> None:
        self._server = server
        self._plan = folder / "plan.json"
        self._lines = folder / "tally"
        self._hook_url = hook_url
        self._workers = workers
        self._keys = seeds.make_keys(server)

    def run(self, seed: int, examples: int) -> str:
        """Run one round; return what is wrong, empty if nothing is."""
        tenant = {"Authorization": f"Bearer {self._keys['tenant']}"}
        with _client(self._server, tenant) as client:
            pools = seeds.make_pools(client, self._hook_url)
        pools["key"] = [*self._keys.values(), "llx-nobody"]
        plan = {
            "base_url": self._server.base_url,
            "keys": self._keys,
            "pools": pools,
            "seed": seed,
            "tally": str(self._lines),
        }
        self._plan.write_text(json.dumps(plan))
        done = subprocess.run(
            [
                *(PROGRAM, "--config-file", CONFIG, "--no-color"),
                *("run", f"{self._server.base_url}/openapi.json"),
                *("--phases", PHASES, "--checks", ",".join(CHECKS), "--continue-on-failure"),
                *("--seed", str(seed), "--max-examples", str(examples)),
                *("--workers", str(self._workers), "--warnings", "off", "--no-shrink"),
                *("--generation-database", "none", "--request-timeout", "60"),
            ],
            cwd=ROOT,
            env={
                **os.environ,
                "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks",
                "PIGEONHOLE_FUZZ": str(self._plan),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr if done.returncode else ""

    def tally(self) -> Tally:
        """Return the answers of all rounds so far."""
        if not self._lines.exists():
            return Counter()
        parts = (line.split(" ", 1) for line in self._lines.read_text().splitlines())
        return Counter((operation, int(status)) for status, operation in parts)


def what_is_left(server: RunningServer) -> str:
    """Return damage to the server; empty if it is ready and its database is intact."""
    with _client(server) as client:
        if client.get("/readyz").status_code != 200:
            return "the server is not ready"
    with closing(sqlite3.connect(server.data_dir / "pigeonhole.db")) as database:
        (verdict,) = database.execute("PRAGMA integrity_check").fetchone()
    return "" if verdict == "ok" else f"the database: {verdict}"


def never_reached(server: RunningServer, tally: Tally) -> list[str]:
    """Return the operations of the server's own description without a single 2xx."""
    with _client(server) as client:
        paths = client.get("/openapi.json").json()["paths"]
    described = {f"{method.upper()} {path}" for path, item in paths.items() for method in item}
    reached = {operation for operation, status in tally if 200 <= status < 300}
    # A key that is revoked or replaced might be the one that the run sends.
    spared = {"DELETE /api/v1/admin/keys/{key_id}", "POST /api/v1/admin/keys/{key_id}/rotate"}
    return sorted(described - reached - spared)


def faults(server: RunningServer) -> str:
    """Return the lines of the server's log with a traceback, the last few."""
    lines = [line for line in server.output().splitlines() if "Traceback" in line]
    return "\n".join(lines[-3:]) or "nothing"


def table(tally: Tally) -> Table:
    """Return a row for each operation: its requests, and the share of each class of answers."""
    shown = Table("operation", title="Answers by operation", title_justify="left")
    for heading in ("requests", "2xx", "4xx", "5xx", "most of the 4xx"):
        shown.add_column(heading, justify="right")
    for operation in sorted(
        {operation for operation, _ in tally}, key=lambda one: one.split()[::-1]
    ):
        shown.add_row(operation, *_shares({s: n for (o, s), n in tally.items() if o == operation}))
    answers: Counter[int] = Counter()
    for (_, status), count in tally.items():
        answers[status] += count
    shown.add_section()
    shown.add_row("all", *_shares(answers))
    return shown


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000, help="minimum number of requests")
    parser.add_argument(
        "--examples", type=int, default=150, help="examples per operation and round"
    )
    # With two workers schemathesis silently skips an operation in some rounds.
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1, help="seed of the first round")
    given = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 120)
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as name,
        Receiver() as receiver,
        embedded_server(Path(name) / "data", {"webhook_allow": "127.0.0.1"}) as server,
    ):
        fuzzer = Fuzzer(server, Path(name), receiver.url("/fuzz"), given.workers)
        seed, wrong = given.seed, ""
        while not wrong and fuzzer.tally().total() < given.requests:
            wrong = fuzzer.run(seed, given.examples) or what_is_left(server)
            sent, seconds = fuzzer.tally().total(), time.monotonic() - started
            console.print(f"seed {seed}: {sent} requests after {seconds:.0f} s", highlight=False)
            seed += 1
        tally = fuzzer.tally()
        if not wrong and (missed := never_reached(server, tally)):
            wrong = "never answered with 2xx: " + ", ".join(missed)
        if wrong:
            # A fault in the middle of a streamed answer has no status: its traceback is here.
            wrong += "--- what the server has logged of faults\n" + faults(server)
        console.print(wrong, markup=False, highlight=False)
        console.print(table(tally))
        if wrong:
            console.print("Failed. The reasons are above the table.")
            return 1
    console.print(
        "No 5xx and no response against the description. The server is ready, its database intact."
    )
    return 0


def _client(server: RunningServer, headers: dict[str, str] | None = None) -> httpx2.Client:
    return httpx2.Client(base_url=server.base_url, headers=headers, trust_env=False, timeout=30)


def _shares(answers: dict[int, int]) -> tuple[str, ...]:
    requests = sum(answers.values())
    by_class: Counter[int] = Counter()
    for status, count in answers.items():
        by_class[status // 100] += count
    refusals = sorted(
        ((count, status) for status, count in answers.items() if status // 100 == 4), reverse=True
    )
    return (
        str(requests),
        *(f"{by_class[hundred] / requests:.0%}" for hundred in (2, 4, 5)),
        ", ".join(f"{status}: {count}" for count, status in refusals[:3]),
    )


if __name__ == "__main__":
    sys.exit(main())
