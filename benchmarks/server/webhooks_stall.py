"""What a receiver that never answers costs the classification of other files."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from benchmarks.server.live import LETTER, live_server
from devtools.client import Client

HOOKS_PER_JOB = 20
URLS = 4
JOBS_PER_ROUND = 2


@contextmanager
def silent_receiver() -> Iterator[int]:
    """Accept connections and never answer, for the length of the block; gives the port."""
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:

        def accept() -> None:
            while True:
                try:
                    kept.append(listener.accept()[0])
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
    for connection in kept:
        connection.close()


def run_pairs(pairs: int, count: int, workers: int) -> tuple[list[float], list[float]]:
    """Return files per second of interleaved rounds: without the receiver, and with it.

    Two servers, so that deliveries of one round do not reach into the next; only one of them has
    files to classify at a time. The order within a pair changes.
    """
    without: list[float] = []
    stalled: list[float] = []
    with ExitStack() as stack:
        port = stack.enter_context(silent_receiver())
        _, quiet = stack.enter_context(live_server({"workers": workers}))
        _, busy = stack.enter_context(live_server({"workers": workers}))
        for client in (quiet, busy):
            _classify(client, 2 * workers, "warm-up")
        for pair in range(pairs):
            rounds = [(quiet, without), (busy, stalled)]
            for client, rates in rounds if pair % 2 == 0 else reversed(rounds):
                if client is busy:
                    _let_all_hang(busy, port)
                rates.append(_classify(client, count, f"pair {pair}"))
    return without, stalled


def _let_all_hang(client: Client, port: int) -> None:
    """Create so many deliveries to the silent receiver that every thread waits for it."""
    hooks: list[dict[str, Any]] = [
        {"webhook_url": f"http://127.0.0.1:{port}/{n % URLS}", "webhook_events": ["parse.pending"]}
        for n in range(HOOKS_PER_JOB)
    ]
    file_id = client.upload(LETTER, "letter.txt")
    for _ in range(JOBS_PER_ROUND):
        client.wait(client.create_job([file_id], webhook_configurations=hooks), 120)
    time.sleep(1)


def _classify(client: Client, count: int, name: str) -> float:
    """Return how many files per second a job of new files takes."""
    file_ids = [
        client.upload(LETTER + f" {name}, letter {n}.".encode(), f"{n}.txt") for n in range(count)
    ]
    began = time.perf_counter()
    job = client.wait(client.create_job(file_ids), 600)
    if job["status"] != "SUCCESS":
        raise RuntimeError(f"the job ended with {job['status']}: {job['error_message']}")
    return count / (time.perf_counter() - began)
