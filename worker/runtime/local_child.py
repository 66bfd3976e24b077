"""A worker process of the local runner: processes items until it is asked to stop.

The parent sends WAKE when items were added and STOP when the process must end. The child answers
AWAKE to each WAKE. It sends BUSY and IDLE when it begins and ends a file, and DELIVERIES_DUE when
it has written webhooks to deliver.
"""

import logging
import resource
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from app.jobs.queue import Claim
from app.settings import Settings
from app.webhooks.events import DELIVERIES
from worker.runtime.heartbeat import Heartbeat
from worker.runtime.processor import BuildProcessor, Processor
from worker.runtime.supervised import STOP, ParentPipe

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
# Native libraries leak a little: a process ends after so many files, or with so much memory.
MAX_FILES = 500
MAX_MEMORY_BYTES = 1_500 * 1024 * 1024

WAKE = "wake"
AWAKE, BUSY, IDLE, DELIVERIES_DUE = "awake", "busy", "idle", "deliveries_due"


def run_child(build: BuildProcessor, settings: Settings, pipe: ParentPipe, name: str) -> None:
    """Process items until asked to stop or worn."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    wake, stop = threading.Event(), threading.Event()

    def receive(message: str) -> None:
        if message == STOP:
            stop.set()
        else:
            pipe.send(AWAKE)
        wake.set()

    pipe.on_message = receive
    pipe.start()
    processor = build(settings, ())
    processor.database.on_commit(DELIVERIES, lambda _: pipe.send(DELIVERIES_DUE))
    heartbeat = Heartbeat(processor.database, name, lambda: processor.capabilities)
    heartbeat.start()

    files = 0

    def report(claim: Claim | None) -> None:
        nonlocal files
        files += claim is None
        pipe.send(IDLE if claim is None else BUSY)

    def goes_on() -> bool:
        # The file that is being finished is not yet counted.
        return not stop.is_set() and not _is_worn(files + 1)

    try:
        while not stop.is_set() and not _is_worn(files):
            wake.clear()
            if not _run_next(processor, name, report, goes_on):
                wake.wait(POLL_SECONDS)
    finally:
        heartbeat.stop()
        processor.close()


def _run_next(
    processor: Processor,
    name: str,
    report: Callable[[Claim | None], None],
    goes_on: Callable[[], bool],
) -> bool:
    try:
        return processor.run_next(name, on_claim=report, goes_on=goes_on)
    except Exception:  # such as an unavailable database
        log.exception("processing the next item failed; retrying")
        return False


def _is_worn(files: int) -> bool:
    return files >= MAX_FILES or (files > 0 and _resident_bytes() > MAX_MEMORY_BYTES)


def _resident_bytes() -> int:
    """Return the memory of this process, 0 if it cannot be read.

    Not the peak: a new process inherits the peak of its parent.
    """
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * resource.getpagesize()
