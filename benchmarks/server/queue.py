"""What the queue costs: in a large database, between jobs, and with several worker hosts.

1. A page of jobs, a new job and a claim, at 1,000 and at 1,000,000 ended jobs, on both databases.
2. How long a job of one file takes when a job of 500 was posted just before it.
3. Files per second with one and with two worker hosts, and the share of each.
"""

import argparse
import sys
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from benchmarks.server.queue_hosts import measure_fairness, measure_hosts
from benchmarks.server.queue_tables import claims_of_a_backlog, databases, fill, measure
from devtools.tenant_data import TenantData

SMALL = 1_000
BACKLOG = 5_000
PAGE_TARGET_MS = 5.0
DELAY_TARGET_SECONDS = 2.0
SHARE_TARGET = 0.4


def main() -> int:
    """Print the tables; the status is 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1_000_000, help="jobs in the table (1000000)")
    parser.add_argument("--files", type=int, default=400, help="files for the hosts (400)")
    parser.add_argument("--only", choices=("tables", "fairness", "hosts"), help="one part of it")
    arguments = parser.parse_args()
    parts: dict[str, Callable[[], bool]] = {
        "tables": lambda: _tables(arguments.jobs),
        "fairness": _fairness,
        "hosts": lambda: _hosts(arguments.files),
    }
    met = [part() for name, part in parts.items() if arguments.only in (None, name)]
    return int(not all(met))


def _tables(count: int) -> bool:
    table = Table(
        "database",
        "ended jobs",
        "SELECT 1 ms",
        "first page",
        "middle",
        "last",
        "create",
        "claim",
        title="Pages of 50 jobs in ms; reads (steps of SQLite, buffers of Postgres)",
    )
    met = True
    with databases() as both:
        for name, database in both.items():
            tenants = TenantData(database)
            file_id = tenants.file()
            filled = 0
            for size in (SMALL, count):
                fill(database, tenants.first.project_id, filled + 1, size)
                filled = size
                row = measure(database, tenants, file_id, size)
                table.add_row(name, f"{size:,}", *row)
                met = met and all(float(each) < PAGE_TARGET_MS for each in row[1:4])
        fresh, worn = claims_of_a_backlog(both["Postgres"], BACKLOG)
    Console(width=100).print(table)
    print(f"Postgres, a backlog without any vacuum: {fresh:.0f} reads for the first claim,")
    print(f"{worn:.0f} after {BACKLOG:,} others")
    return met


def _fairness() -> bool:
    table = Table(
        "mode",
        "alone s",
        "behind a job of 500 s",
        "delay s",
        title="A job of one file (medians)",
    )
    worst = 0.0
    for mode, alone, behind in measure_fairness():
        worst = max(worst, behind - alone)
        table.add_row(mode, f"{alone:.2f}", f"{behind:.2f}", f"{behind - alone:.2f}")
    Console(width=100).print(table)
    return worst < DELAY_TARGET_SECONDS


def _hosts(files: int) -> bool:
    table = Table("hosts", "files", "files/s", "shares", title="Worker hosts of one process each")
    met = True
    for hosts, rate, shares in measure_hosts(files):
        table.add_row(str(hosts), str(files), f"{rate:.1f}", " ".join(f"{s:.0%}" for s in shares))
        met = met and (hosts == 1 or min(shares) >= SHARE_TARGET)
    Console(width=100).print(table)
    return met


if __name__ == "__main__":
    sys.exit(main())
