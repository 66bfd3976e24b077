"""A live server for a benchmark, and the few calls that benchmarks make of it."""

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import psutil

from devtools.ports import free_port
from devtools.server import RunningServer, embedded_server

RULES = [
    {"type": "invoice", "description": "A bill asking a customer to pay for goods or services."},
    {"type": "recipe", "description": "Cooking instructions for a dish with its ingredients."},
    {"type": "resume", "description": "A person's work experience, education and skills."},
]

LETTER = (
    b"Invoice no. 2041. Bill to: Northfield Garden Supplies, 12 Mill Lane. Dear customer, for the "
    b"goods delivered in May we ask you to pay 412.50 EUR including 20% VAT by bank transfer "
    b"within 30 days, quoting the invoice number. Thank you for your order."
)


JOBS = "/api/v1/classifier/jobs"


class Client:
    """The classifier's API as a benchmark needs it."""

    def __init__(self, base_url: str, api_key: str) -> None:
        self.api_key = api_key
        self.http = httpx2.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {api_key}"},
            trust_env=False,
            timeout=120,
        )

    def upload(self, name: str, content: bytes) -> str:
        """Upload a file and return its id."""
        answer = self.http.post(
            "/api/v1/beta/files", files={"file": (name, content)}, data={"purpose": "classify"}
        )
        answer.raise_for_status()
        return str(answer.json()["id"])

    def create_job(self, file_ids: Sequence[str], rules: object = RULES, **more: Any) -> str:  # noqa: ANN401  # JSON
        """Create a job and return its id."""
        body = {"file_ids": list(file_ids), "rules": rules, **more}
        answer = self.http.post(JOBS, json=body)
        answer.raise_for_status()
        return str(answer.json()["id"])

    def job(self, job_id: str) -> dict[str, Any]:
        """Return a job."""
        answer = self.http.get(f"{JOBS}/{job_id}")
        answer.raise_for_status()
        return dict(answer.json())

    def results(self, job_id: str) -> list[dict[str, Any]]:
        """Return a job's items."""
        answer = self.http.get(f"{JOBS}/{job_id}/results")
        answer.raise_for_status()
        return list(answer.json()["items"])

    def wait(self, job_id: str, seconds: float, poll_seconds: float = 0.1) -> dict[str, Any]:
        """Return the job when it has ended; raises TimeoutError."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            job = self.job(job_id)
            if job["status"] != "PENDING":
                return job
            time.sleep(poll_seconds)
        raise TimeoutError(f"the job has not ended within {seconds:.0f} s")

    def time_listings(self, seconds: float) -> list[float]:
        """List jobs, one request after the other; return the milliseconds that each took."""
        times = []
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            began = time.perf_counter()
            self.http.get(JOBS).raise_for_status()
            times.append((time.perf_counter() - began) * 1000)
            time.sleep(0.01)
        return times


@contextmanager
def live_server(settings: Mapping[str, object]) -> Iterator[tuple[RunningServer, Client]]:
    """Run an embedded server on an empty directory for the length of the block."""
    with (
        tempfile.TemporaryDirectory(prefix="pigeonhole-") as folder,
        embedded_server(Path(folder) / "data", settings) as server,
    ):
        client = Client(server.base_url, server.api_key)
        yield server, client
        client.http.close()


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


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def cpu_seconds(root: int, *, own: bool = False) -> float:
    """Return the processor time of a process and its descendants, ended ones included.

    With `own`, that of the process alone.
    """
    process = psutil.Process(root)
    if own:
        return float(sum(process.cpu_times()[:2]))
    total = 0.0
    for one in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            total += sum(one.cpu_times()[:4])
    return total
