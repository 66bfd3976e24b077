"""A worker process of the local runner: processes items until it is asked to stop.

The parent sends WAKE when items were added and STOP when the process must end. The child answers
AWAKE to each WAKE. It sends BUSY and IDLE when it begins and ends a file, and DELIVERIES_DUE when
it has written webhooks to deliver.
"""

import logging
import resource
import signal
import threading
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
    child = _Child(pipe)
    pipe.on_message = child.receive
    pipe.start()
    processor = build(settings, ())
    processor.database.on_commit(DELIVERIES, lambda _: pipe.send(DELIVERIES_DUE))
    heartbeat = Heartbeat(processor.database, name, lambda: processor.capabilities)
    heartbeat.start()
    try:
        child.run(processor, name)
    finally:
        heartbeat.stop()
        processor.close()


class _Child:
    """Works until it is asked to stop, or has read so many files that it should end."""

    def __init__(self, pipe: ParentPipe) -> None:
        self._pipe = pipe
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._files = 0

    def receive(self, message: str) -> None:
        """Handle a message of the parent, in the thread of the pipe."""
        if message == STOP:
            self._stopping.set()
        else:
            self._pipe.send(AWAKE)
        self._woken.set()

    def run(self, processor: Processor, name: str) -> None:
        """Process items; wait for more while there are none."""
        while self._goes_on(self._files):
            self._woken.clear()
            if not self._run_next(processor, name):
                self._woken.wait(POLL_SECONDS)

    def _run_next(self, processor: Processor, name: str) -> bool:
        try:
            return processor.run_next(
                name,
                on_claim=self._report,
                # The file that is being finished is not yet counted.
                goes_on=lambda: self._goes_on(self._files + 1),
            )
        except Exception:  # such as an unavailable database
            log.exception("processing the next item failed; retrying")
            return False

    def _report(self, claim: Claim | None) -> None:
        self._files += claim is None
        self._pipe.send(IDLE if claim is None else BUSY)

    def _goes_on(self, files: int) -> bool:
        return not self._stopping.is_set() and not _is_worn(files)


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
