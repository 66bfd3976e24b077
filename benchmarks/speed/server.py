"""What the benchmarks of speed do with a live server: upload, classify, measure its processes."""

import contextlib
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from devtools.client import Client

JOB_FILES = 500
JOB_SECONDS = 24 * 3600.0
POLL_SECONDS = 0.1
MIB = 1024 * 1024


def upload_all(client: Client, paths: Sequence[Path]) -> list[str]:
    """Upload files under neutral names; return their ids."""
    return [client.upload(path.read_bytes(), f"document{path.suffix}") for path in paths]


def classify(client: Client, ids: Sequence[str], rules: object) -> float:
    """Classify files in jobs of 500 at most; return the seconds until the last one has ended."""
    began = time.perf_counter()
    jobs = [
        client.create_job(ids[start : start + JOB_FILES], rules)
        for start in range(0, len(ids), JOB_FILES)
    ]
    for job_id in jobs:
        client.wait(job_id, JOB_SECONDS, POLL_SECONDS)
    return time.perf_counter() - began


def wait_for_workers(client: Client, count: int) -> None:
    """Wait until so many workers are ready."""
    while client.http.get("/readyz").json().get("workers", 0) < count:
        time.sleep(0.05)


def memory_by_kind(root: int) -> dict[str, float]:
    """Return the PSS in MiB of a server's processes: what would be free without them."""
    api = psutil.Process(root)
    memory: dict[str, float] = {}
    for process in [api, *api.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            kind = _kind(process, api)
            memory[kind] = memory.get(kind, 0) + process.memory_full_info().pss / MIB
    return memory


def _kind(process: psutil.Process, api: psutil.Process) -> str:
    if process.pid == api.pid:
        return "API"
    command = " ".join(process.cmdline())
    if "worker.parsing" in command:
        return "parser"
    return "other" if "resource_tracker" in command else "worker"
