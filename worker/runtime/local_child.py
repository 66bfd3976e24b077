"""One worker process of the embedded runner: claims and works until it is told to stop.

It has a pipe to the server that started it. The server says WAKE when items were added and STOP
when it shall end; the end of the pipe means that the server is gone, and then the child goes too,
at once, so that a new server finds nobody at work. The child says AWAKE to each WAKE, BUSY and
IDLE when it begins and ends a file, and OWED when it has written webhooks to deliver.
"""

import contextlib
import logging
import os
import resource
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from app.jobs.queue import Claim
from app.observability.logging import set_up_logging
from app.observability.multiprocess import join_metrics
from app.settings import Settings
from app.webhooks.events import DELIVERIES
from worker.runtime.heartbeat import Heartbeat
from worker.runtime.processor import BuildProcessor, Processor

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
# A fresh process now and then: native libraries leak a little.
FILES_PER_CHILD = 500
CHILD_MEMORY_BYTES = 1_500 * 1024 * 1024

# From the server to a child, and back.
WAKE, STOP = "wake", "stop"
AWAKE, BUSY, IDLE, OWED = "awake", "busy", "idle", "owed"


class _Inbox(threading.Thread):
    """A child's ear: the main thread may be deep in a document when the server goes away."""

    def __init__(self, pipe: Connection) -> None:
        super().__init__(name="inbox", daemon=True)
        self._pipe = pipe
        self._sending = threading.Lock()
        self.wake = threading.Event()
        self.stop = threading.Event()

    def run(self) -> None:
        while True:
            try:
                message = self._pipe.recv()
            except (EOFError, OSError):
                # The server is gone. Without a trace of cleaning up: a successor may be starting,
                # and it must find nobody who still writes.
                os._exit(1)
            if message == STOP:
                self.stop.set()
            else:
                self.reply(AWAKE)
            self.wake.set()

    def reply(self, message: str) -> None:
        """Tell the server something; if it is gone, `run` is about to end us."""
        with self._sending, contextlib.suppress(OSError):
            self._pipe.send(message)


def run_child(pipe: Connection, name: str, settings: Settings, build: BuildProcessor) -> None:
    """Run one worker process: claim and work until told to stop or due for recycling."""
    # Ctrl-C goes to the whole terminal group; the server decides when we stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    set_up_logging(settings.log_level, settings.log_format)
    join_metrics()
    inbox = _Inbox(pipe)
    inbox.start()
    pipeline = build(settings, ())
    pipeline.database.on_commit(DELIVERIES, lambda _: inbox.reply(OWED))
    heartbeat = Heartbeat(pipeline.database, name, lambda: pipeline.capabilities)
    heartbeat.start()

    def report(claim: Claim | None) -> None:
        inbox.reply(IDLE if claim is None else BUSY)

    files = 0
    try:
        while not inbox.stop.is_set() and not _is_worn(files):
            inbox.wake.clear()
            if _run_next(pipeline, name, report):
                files += 1
            else:
                inbox.wake.wait(POLL_SECONDS)
    finally:
        heartbeat.stop()
        pipeline.close()


def _run_next(pipeline: Processor, name: str, report: Callable[[Claim | None], None]) -> bool:
    try:
        return pipeline.run_next(name, on_claim=report)
    except Exception:  # the database is away: wait and look again
        log.exception("a worker could not get on; it tries again")
        return False


def _is_worn(files: int) -> bool:
    return files >= FILES_PER_CHILD or (files > 0 and _resident_bytes() > CHILD_MEMORY_BYTES)


def _resident_bytes() -> int:
    """Return the memory that this process has now, 0 where the kernel does not tell.

    Not its peak: a new process begins with the peak of the one that started it.
    """
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * resource.getpagesize()
