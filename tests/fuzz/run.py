"""`make fuzz`: made-up requests to a server of its own, from its own description.

Ends with 1 when an answer is a 5xx or not as described, when the server is gone, or when its
database is damaged.
"""

import argparse
import re
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import httpx2

from tests.support.server import RunningServer, embedded_server

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / ".venv-fuzz" / "bin" / "schemathesis"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
# Of one operation; runs are repeated with the next seed until there were enough requests.
EXAMPLES = 250
SENT = re.compile(r"^\s*(\d[\d,]*) generated", re.MULTILINE)


def fuzz(server: RunningServer, seed: int, examples: int) -> tuple[int, str]:
    """Return how many requests one run has sent, and what is wrong, empty if nothing is."""
    done = subprocess.run(
        [
            *(PROGRAM, "--no-color", "run", f"{server.base_url}/openapi.json"),
            *("--header", f"Authorization: Bearer {server.api_key}"),
            *("--phases", "fuzzing", "--checks", ",".join(CHECKS), "--continue-on-failure"),
            *("--seed", str(seed), "--max-examples", str(examples), "--workers", "2"),
            *("--warnings", "off", "--no-shrink", "--generation-database", "none"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    found = SENT.search(done.stdout)
    count = int(found[1].replace(",", "")) if found else 0
    return count, done.stdout + done.stderr if done.returncode or not count else ""


def what_is_left(server: RunningServer) -> str:
    """Return what the run did to the server, empty if it lives and its database is whole."""
    with httpx2.Client(base_url=server.base_url, trust_env=False, timeout=10) as client:
        if client.get("/readyz").status_code != 200:
            return "the server is not ready"
    with closing(sqlite3.connect(server.data_dir / "pigeonhole.db")) as database:
        (verdict,) = database.execute("PRAGMA integrity_check").fetchone()
    return "" if verdict == "ok" else f"the database: {verdict}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sent, seed = 0, given.seed
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded_server(Path(folder) / "data") as server,
    ):
        while sent < given.requests:
            count, wrong = fuzz(server, seed, EXAMPLES)
            sent, seed = sent + count, seed + 1
            print(f"{sent} requests", flush=True)  # noqa: T201
            if wrong := wrong or what_is_left(server):
                print(wrong, file=sys.stderr)  # noqa: T201
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
