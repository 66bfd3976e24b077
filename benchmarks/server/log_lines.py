"""The log of a run in which Redis is away, Postgres restarts and a worker is killed.

Every line of every process must be JSON, and few may tell of the outages. The status is 1
otherwise.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import httpx2
from rich.console import Console
from rich.table import Table

from benchmarks.server.queue_hosts import servers
from devtools.client import JOBS, Client
from devtools.postgres import PostgresServer
from devtools.redis import RedisServer
from devtools.server import RunningServer, production_server
from devtools.waiting import until

LINES = 10_000
MAX_TELLING = 20
FILES = 25
REDIS_AWAY_SECONDS = 15.0
SETTINGS = {"workers": 2, "lease_seconds": 4, "sweep_seconds": 1, "max_attempts": 10}


@dataclass(frozen=True, slots=True)
class Log:
    """What the lines of a run are: how many are not JSON, and those that tell of trouble."""

    lines: int
    broken: Sequence[str]
    telling: Counter[str]
    tracebacks: int

    @property
    def is_good(self) -> bool:
        """Whether the log is as it must be."""
        return not self.broken and self.telling.total() <= MAX_TELLING and not self.tracebacks


def read_log(text: str) -> Log:
    """Read the log of all processes; a line above `info` tells of trouble."""
    lines, broken, telling, tracebacks = text.splitlines(), [], Counter[str](), 0
    for line in lines:
        try:
            record = dict(json.loads(line))
        except ValueError:
            broken.append(line)
            continue
        if record["level"] in ("warning", "error", "critical"):
            telling[str(record["message"])] += 1
            tracebacks += "exception" in record
    return Log(len(lines), broken, telling, tracebacks)


def ask_until(server: RunningServer, client: Client, lines: int) -> None:
    """Send requests, each of which is a line, until the log has so many lines."""
    while server.output().count("\n") < lines:
        for _ in range(50):
            # A server whose database restarts may answer 503.
            with suppress(httpx2.HTTPError):
                client.http.get(JOBS)


def run(lines: int) -> Log:
    """Run a server of production mode through the outages, and return its log."""
    with servers() as (folder, postgres, broker):
        with production_server(
            folder / "data", postgres.fresh_database(), broker.url, SETTINGS
        ) as server:
            client = Client(server)
            files = client.upload_many(FILES)
            troubles = (
                partial(lose_redis, broker, client, files),
                partial(restart_postgres, postgres, client),
                partial(kill_worker, server),
            )
            for number, trouble in enumerate(troubles, 1):
                client.create_job(files)
                ask_until(server, client, lines * number // (len(troubles) + 1))
                trouble()
            job_id = client.create_job(files)
            ask_until(server, client, lines)
            client.wait(job_id, 600)
        return read_log(server.output())


def lose_redis(broker: RedisServer, client: Client, files: Sequence[str]) -> None:
    """Have Redis away for a while in which jobs are created."""
    broker.kill()
    until_seconds = time.monotonic() + REDIS_AWAY_SECONDS
    while time.monotonic() < until_seconds:
        client.create_job(files[:1])
        time.sleep(0.5)
    broker.start_again()


def restart_postgres(postgres: PostgresServer, client: Client) -> None:
    """Restart Postgres as after a crash, and wait for the server."""
    postgres.restart_immediately()
    until(lambda: client.http.get("/readyz").status_code == 200, "the server after the restart")


def kill_worker(server: RunningServer) -> None:
    """Kill the worker with all of its processes, and start it again."""
    assert server.worker is not None
    server.worker.kill()
    server.worker.start()


def main() -> int:
    """Print what the log is made of."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=LINES)
    log = run(parser.parse_args().lines)
    table = Table("lines", "not JSON", "tell of trouble", "tracebacks")
    table.add_row(*map(str, (log.lines, len(log.broken), log.telling.total(), log.tracebacks)))
    console = Console(width=100)
    console.print(table)
    for message, count in log.telling.most_common():
        console.print(f"{count:4} {message}", markup=False)
    for line in log.broken[:5]:
        console.print(f"not JSON: {line[:200]}", markup=False)
    return int(not log.is_good)


if __name__ == "__main__":
    sys.exit(main())
