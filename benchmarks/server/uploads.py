"""What endless and slow uploads do to a server: where they are cut off, its memory, other requests.

First bodies of 5 GB, with and without a declared length, to each kind of endpoint that takes one;
then 200 slow uploads and 200 slow heads of requests, together with requests of a valid key. The
baseline of the same run is the valid key alone.
"""

import argparse
import contextlib
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.server.live import live_server, percentile, time_listings
from benchmarks.server.upload_bodies import Body, too_large_bodies
from devtools.client import Client
from devtools.server import RunningServer

MIB = 1024 * 1024
GROWTH_TARGET_MIB = 32
P95_TARGET = 3.0
SLOW = 200
PIECE = b"x" * 65536
# Faster than the server's limit of 500 bytes a second, or it would end them.
TRICKLE = b"x" * 700


@dataclass(frozen=True, slots=True)
class Cut:
    """How one body that is too large ended."""

    name: str
    status: int
    seconds: float
    sent: int
    grown: float

    def holds(self, limit: int) -> bool:
        """Tell whether it was refused at the limit, with what the kernel holds beyond that."""
        return (
            self.status == 413 and self.sent <= limit + 16 * MIB and self.grown <= GROWTH_TARGET_MIB
        )


def main() -> int:
    """Print the tables; the status is 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="of slow uploads (10)")
    seconds: float = parser.parse_args().seconds
    with live_server({"workers": 1, "log_level": "warning"}) as (server, client):
        process = psutil.Process(server.api.pid)
        client.upload(b"x" * 20 * MIB, "warm-up.txt")
        bodies = too_large_bodies(client.http)
        cuts = [_send(server.port, process, body) for body in bodies]
        are_cut = all(cut.holds(body.limit) for cut, body in zip(cuts, bodies, strict=True))
        _print_cuts(cuts)
        rows = _time_beside_slow(server, client, seconds)
        lives = client.http.get("/readyz").status_code == 200
    _print_slow(rows)
    _, alone, _ = rows[0]
    are_answered = all(
        percentile(times, 0.95) <= P95_TARGET * percentile(alone, 0.95) for _, times, _ in rows
    )
    print(
        f"targets: 413 at the limit, at most {GROWTH_TARGET_MIB} MiB more memory; p95 at most"
        f" {P95_TARGET:.0f} times as long; the server ready after it"
    )
    return int(not (are_cut and are_answered and lives))


def _time_beside_slow(
    server: RunningServer, client: Client, seconds: float
) -> list[tuple[str, list[float], int]]:
    """Time listings alone and beside slow uploads; return also how many of these are open."""
    rows = [("nothing", time_listings(client, seconds), 0)]
    head = f"POST /api/v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.api_key}"
    upload = head + "\r\nContent-Type: multipart/form-data; boundary=b"
    upload += "\r\nContent-Length: 50000000\r\n\r\n--b\r\nContent-Disposition: form-data;"
    upload += ' name="upload_file"; filename="slow.txt"\r\n\r\n'
    for name, begin, more in (
        (f"{SLOW} slow uploads", upload, TRICKLE),
        (f"{SLOW} halves of heads", head, b""),
    ):
        with _trickle(server.port, begin.encode(), more) as count_open:
            times = time_listings(client, seconds)
            rows.append((name, times, count_open()))
    return rows


def _send(port: int, process: psutil.Process, body: Body) -> Cut:
    """Send a body until it is answered or the connection ends."""
    before = process.memory_info().rss
    peak = before
    sent = 0
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(body.head)
        connection.setblocking(False)
        answer, rest = b"", b""
        while not answer and sent < body.size:
            with contextlib.suppress(BlockingIOError):
                answer = connection.recv(65536)
                if not answer:
                    break
            rest = rest or body.framed(PIECE)
            try:
                count = connection.send(rest)
            except BlockingIOError:
                time.sleep(0.001)
                continue
            except ConnectionError:
                break
            rest = rest[count:]
            sent += count
            peak = max(peak, process.memory_info().rss)
        if not answer:
            connection.setblocking(True)
            with contextlib.suppress(ConnectionError):
                answer = connection.recv(65536)
    status = int(answer.split()[1]) if answer else 0
    return Cut(body.name, status, time.monotonic() - began, sent, (peak - before) / MIB)


@contextlib.contextmanager
def _trickle(port: int, begin: bytes, more: bytes) -> Iterator[Callable[[], int]]:
    """Hold connections that send `more` a second after `begin`; gives how many are still open."""
    connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(SLOW)]
    for connection in connections:
        connection.sendall(begin)
        connection.setblocking(False)
    stop = threading.Event()

    def feed() -> None:
        while not stop.wait(1):
            for connection in connections:
                with contextlib.suppress(OSError):
                    connection.send(more)

    feeder = threading.Thread(target=feed)
    feeder.start()
    try:
        yield lambda: sum(map(_is_open, connections))
    finally:
        stop.set()
        feeder.join()
        for connection in connections:
            connection.close()


def _is_open(connection: socket.socket) -> bool:
    """Tell whether the connection is open and has no answer."""
    try:
        connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _print_cuts(cuts: Sequence[Cut]) -> None:
    table = Table(
        "5 GB to", "status", "after s", "sent MiB", "API grew MiB", title="Endless bodies"
    )
    for cut in cuts:
        sent, grown = f"{cut.sent / MIB:.1f}", f"{cut.grown:+.1f}"
        table.add_row(cut.name, str(cut.status), f"{cut.seconds:.2f}", sent, grown)
    Console(width=100).print(table)


def _print_slow(rows: Sequence[tuple[str, list[float], int]]) -> None:
    table = Table(
        "while", "still open at the end", "good key p50 ms", "p95 ms", title="Slow clients"
    )
    for name, times, count in rows:
        shown = f"{percentile(times, 0.5):.1f}", f"{percentile(times, 0.95):.1f}"
        table.add_row(name, str(count), *shown)
    Console(width=100).print(table)


if __name__ == "__main__":
    sys.exit(main())
