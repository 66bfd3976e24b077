"""Requests per second of the server's own CPU, against a bare FastAPI in the same run.

CPU seconds of the API's process are what an installation pays for; unlike wall time they hardly
depend on what else the machine does. Rounds of the two servers alternate.
"""

import http.client
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.processes import cpu_seconds
from benchmarks.server.live import percentile

CONNECTIONS = 8
ROUNDS = 5
# GET of a job is to cost at most so many times what a bare FastAPI answer does.
GET_SHARE = 12


@dataclass(slots=True)
class Load:
    """One kind of request to one server, and what came of it."""

    name: str
    pid: int
    port: int
    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    per_cpu_second: list[float] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    def run(self, requests: int) -> None:
        """Make one round: so many requests over all connections."""
        times: list[float] = []
        failures: list[BaseException] = []
        share = requests // CONNECTIONS
        threads = [
            threading.Thread(target=self._connection, args=(share, times, failures))
            for _ in range(CONNECTIONS)
        ]
        before = cpu_seconds(self.pid, own=True)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]
        self.per_cpu_second.append(len(times) / (cpu_seconds(self.pid, own=True) - before))
        self.milliseconds += times

    def _connection(self, requests: int, times: list[float], failures: list[BaseException]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            for _ in range(requests):
                began = time.perf_counter()
                self._ask(connection)
                times.append((time.perf_counter() - began) * 1000)
        except Exception as error:  # noqa: BLE001  # raised again in the main thread
            failures.append(error)
        finally:
            connection.close()

    def _ask(self, connection: http.client.HTTPConnection) -> None:
        connection.request(self.method, self.path, self.body, self.headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{self.name}: {answer.status}")


def measure(loads: Sequence[tuple[Load, int]]) -> None:
    """Run each load with its requests a round, in turn, after one round that does not count."""
    for load, requests in loads:
        load.run(max(CONNECTIONS, requests // 4))
        load.per_cpu_second.clear()
        load.milliseconds.clear()
    for _ in range(ROUNDS):
        for load, requests in loads:
            load.run(requests)


def report(hello: Load, others: Sequence[Load]) -> dict[str, float]:
    """Print the table; return how many times a bare answer each kind of request costs."""
    baseline = median(hello.per_cpu_second)
    table = Table(
        "request",
        "per CPU second (median, range)",
        "CPU ms",
        "times hello",
        "p50 ms",
        "p99 ms",
        title=f"Cost of requests, {CONNECTIONS} connections, {ROUNDS} rounds",
    )
    costs = {}
    for load in (hello, *others):
        rate = median(load.per_cpu_second)
        costs[load.name] = baseline / rate
        table.add_row(
            load.name,
            f"{rate:.0f} ({min(load.per_cpu_second):.0f} to {max(load.per_cpu_second):.0f})",
            f"{1000 / rate:.2f}",
            f"{baseline / rate:.1f}",
            f"{percentile(load.milliseconds, 0.5):.1f}",
            f"{percentile(load.milliseconds, 0.99):.1f}",
        )
    Console(width=110).print(table)
    return costs
