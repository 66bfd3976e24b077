"""Live servers for benchmarks, and what all of them measure there."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import httpx2

from devtools.client import JOBS, Client
from devtools.ports import free_port
from devtools.server import RunningServer, embedded_server

LETTER = (
    b"Invoice no. 2041. Bill to: Northfield Garden Supplies, 12 Mill Lane. Dear customer, for the "
    b"goods delivered in May we ask you to pay 412.50 EUR including 20% VAT by bank transfer "
    b"within 30 days, quoting the invoice number. Thank you for your order."
)


@contextmanager
def live_server(settings: Mapping[str, object]) -> Iterator[tuple[RunningServer, Client]]:
    """Run an embedded server on an empty directory for the length of the block."""
    with (
        tempfile.TemporaryDirectory(prefix="pigeonhole-") as folder,
        embedded_server(Path(folder) / "data", settings) as server,
        closing(Client(server)) as client,
    ):
        yield server, client


@contextmanager
def hello_server() -> Iterator[tuple[subprocess.Popen[bytes], httpx2.Client]]:
    """Run the bare FastAPI of `benchmarks.server.hello` for the length of the block."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "benchmarks.server.hello:app", "--port", str(port)]
    process = subprocess.Popen([*command, "--log-level", "warning"])
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            _wait_for(client)
            yield process, client
    finally:
        process.terminate()
        process.wait()


def _wait_for(client: httpx2.Client) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            client.get("/hello")
        except httpx2.TransportError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def time_listings(client: Client, seconds: float) -> list[float]:
    """List jobs, one request after the other; return the milliseconds that each took."""
    times = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        client.http.get(JOBS).raise_for_status()
        times.append((time.perf_counter() - began) * 1000)
        time.sleep(0.01)
    return times


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
