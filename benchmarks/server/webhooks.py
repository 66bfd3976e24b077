"""Webhooks under bad conditions: a bad receiver and killed dispatchers, and a silent receiver.

First table: 300 deliveries to a receiver that fails a fifth and stalls a tenth, while the
processes that deliver are killed four times. Second: files per second with and without a receiver
that never answers, in interleaved pairs.
"""

import argparse
import statistics
import sys
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from benchmarks.server.webhooks_chaos import Outcome, run_chaos
from benchmarks.server.webhooks_stall import run_pairs


def main() -> int:
    """Print both tables; the status is 1 when something was lost, or files had to wait."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deliveries", type=int, default=300, help="deliveries (300)")
    parser.add_argument("--kills", type=int, default=4, help="dispatchers killed (4)")
    parser.add_argument("--pairs", type=int, default=5, help="pairs of rounds (5)")
    parser.add_argument("--files", type=int, default=40, help="files in a round (40)")
    parser.add_argument("--workers", type=int, default=2, help="worker processes (2)")
    arguments = parser.parse_args()

    console = Console()
    outcomes = {
        kind: run_chaos(kind, arguments.deliveries, arguments.kills)
        for kind in ("sqlite", "postgres")
    }
    console.print(_chaos_table(outcomes))
    without, stalled = run_pairs(arguments.pairs, arguments.files, arguments.workers)
    console.print(_stall_table(without, stalled))
    differences = [with_ - alone for alone, with_ in zip(without, stalled, strict=True)]
    loss = -statistics.median(differences)
    spread = max(without) - min(without)
    console.print(
        f"Median difference of the pairs: {-loss:+.2f} files/s; the rounds without the receiver "
        f"spread over {spread:.2f}."
    )
    is_good = all(one.is_good and one.kills == arguments.kills for one in outcomes.values())
    return int(not is_good or loss > spread)


def _chaos_table(outcomes: dict[str, Outcome]) -> Table:
    table = Table("", *outcomes, title="A bad receiver, dispatchers killed")
    rows: dict[str, Callable[[Outcome], object]] = {
        "deliveries": lambda one: one.deliveries,
        "arrived and accepted": lambda one: len(one.accepted),
        "recorded as delivered": lambda one: one.statuses["delivered"],
        "dispatchers killed": lambda one: one.kills,
        "requests": lambda one: one.requests,
        "tries recorded": lambda one: one.attempts,
        "accepted more than once, same id": lambda one: sum(n > 1 for n in one.accepted.values()),
        "unknown ids": lambda one: one.foreign_ids,
        "bad signatures": lambda one: one.bad_signatures,
        "seconds": lambda one: f"{one.seconds:.1f}",
    }
    for name, value in rows.items():
        table.add_row(name, *(str(value(one)) for one in outcomes.values()))
    return table


def _stall_table(without: list[float], stalled: list[float]) -> Table:
    table = Table(
        "pair", "without", "silent receiver", "difference", title="Files classified per second"
    )
    for number, (alone, with_) in enumerate(zip(without, stalled, strict=True), 1):
        table.add_row(str(number), f"{alone:.2f}", f"{with_:.2f}", f"{with_ - alone:+.2f}")
    table.add_row(
        "median",
        f"{statistics.median(without):.2f}",
        f"{statistics.median(stalled):.2f}",
        f"{statistics.median(stalled) - statistics.median(without):+.2f}",
    )
    return table


if __name__ == "__main__":
    sys.exit(main())
