"""The embedded runner: worker processes that are children of the server, and who minds them.

Children are spawned, never forked: the server has threads, and forked locks stay locked. Each
has a pipe from the server. A byte on it is a wake-up; its end means that the server is gone,
and then the child goes too, at once, so that a new server finds nobody at work.
"""

import contextlib
import logging
import multiprocessing
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from app.db import Database
from app.jobs import recovery
from app.jobs.transitions import Claim
from app.metrics_files import join_metrics
from app.observe import set_up_logging
from app.settings import Settings
from app.webhooks.events import DELIVERIES
from worker.heartbeat import Heartbeat, name_worker
from worker.pipeline import Pipeline

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
# A fresh process now and then: native libraries leak a little.
FILES_PER_CHILD = 500
CHILD_MEMORY_BYTES = 1_500 * 1024 * 1024
# A child that dies at once must not be restarted as fast as the machine can.
RESTART_SECONDS = (0.0, 1.0, 2.0, 5.0, 10.0)
HEALTHY_AFTER_SECONDS = 30.0
REAP_SECONDS = 2.0
# A worker ends a file that takes too long by itself; one that cannot do even that is killed.
STUCK_SECONDS = 10.0

# From the server to a child, and back.
WAKE, STOP = "wake", "stop"
AWAKE, BUSY, IDLE, OWED = "awake", "busy", "idle", "owed"

BuildPipeline = Callable[[Settings], Pipeline]


@dataclass(slots=True)
class _Child:
    """A worker process as the runner sees it."""

    name: str
    process: SpawnProcess
    pipe: Connection
    started: float = field(default_factory=time.monotonic)
    busy_since: float | None = None
    # At most one wake-up is on its way: a pipe that a stuck child does not empty must never
    # fill up and stop the API.
    is_woken: bool = False


class LocalRunner:
    """Keeps `settings.workers` children at work; restarts dead ones, kills stuck ones."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        build: BuildPipeline,
        on_owed: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        # Told when a child has written webhooks to deliver.
        self._on_owed = on_owed
        self._database = database
        self._build = build
        self._context = multiprocessing.get_context("spawn")
        self._lock = threading.Lock()
        self._children: list[_Child] = []
        self._quick_deaths = 0
        self._stopping = threading.Event()
        self._stop_by: float | None = None
        self._thread = threading.Thread(target=self._mind, name="runner", daemon=True)

    def start(self) -> None:
        """Take back what a server before us left in work, and start the children.

        The data directory's lock makes sure that nobody else is at work on it.
        """
        recovery.take_back_all(self._database, self._settings.max_attempts)
        with self._lock:
            for _ in range(self._settings.workers):
                self._children.append(self._spawn())
        self._thread.start()

    def notify(self) -> None:
        """Wake every child: items were added."""
        with self._lock:
            for child in self._children:
                if not child.is_woken:
                    child.is_woken = True
                    _send(child, WAKE)

    def stop_soon(self) -> None:
        """Have each child end after the file in its hands; returns at once, even in a signal."""
        if self._stop_by is None:
            self._stop_by = time.monotonic() + self._settings.drain_seconds
            self._stopping.set()

    def stop(self) -> None:
        """Let each child finish its file, until `drain_seconds` after `stop_soon` at most."""
        self.stop_soon()
        self._thread.join()
        assert self._stop_by is not None  # noqa: S101  # just set
        with self._lock:
            for child in self._children:
                child.process.join(max(0.0, self._stop_by - time.monotonic()))
                self._end(child)
            self._children.clear()

    def _mind(self) -> None:
        while not self._stopping.is_set():
            try:
                self._look_after()
            except Exception:  # whatever it is, workers must not be left without a minder
                log.exception("minding the workers failed; going on")
                self._stopping.wait(POLL_SECONDS)
        with self._lock:
            for child in self._children:
                _send(child, STOP)

    def _look_after(self) -> None:
        with self._lock:
            children = list(self._children)
        ready = set(
            wait(
                [child.pipe for child in children] + [child.process.sentinel for child in children],
                timeout=POLL_SECONDS,
            )
        )
        for child in children:
            if child.pipe in ready and _hear(child):
                self._on_owed()
            if child.process.sentinel in ready:
                self._replace(child)
            elif self._is_stuck(child):
                log.error("a worker is stuck on a file: killing it", extra={"worker": child.name})
                child.process.kill()

    def _is_stuck(self, child: _Child) -> bool:
        return (
            child.busy_since is not None
            and time.monotonic() - child.busy_since > self._settings.item_seconds + STUCK_SECONDS
        )

    def _replace(self, dead: _Child) -> None:
        lived = time.monotonic() - dead.started
        # Its sentinel fires a moment before its exit code can be read.
        dead.process.join(REAP_SECONDS)
        recycled = dead.process.exitcode == 0
        self._quick_deaths = (
            0 if recycled or lived > HEALTHY_AFTER_SECONDS else self._quick_deaths + 1
        )
        if not recycled:
            log.error(
                "a worker died: its file goes to another one",
                extra={"worker": dead.name, "exit_code": dead.process.exitcode},
            )
        self._end(dead)
        pause = RESTART_SECONDS[min(self._quick_deaths, len(RESTART_SECONDS) - 1)]
        while not self._stopping.wait(pause):
            try:
                fresh = self._spawn()
            except OSError:
                log.exception("no worker can be started just now; trying again")
                pause = RESTART_SECONDS[-1]
                continue
            with self._lock:
                self._children[self._children.index(dead)] = fresh
            return

    def _spawn(self) -> _Child:
        name = name_worker("local")
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=run_child,
            args=(theirs, name, self._settings, self._build),
            name=name,
            daemon=False,
        )
        try:
            process.start()
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        return _Child(name, process, ours)

    def _end(self, child: _Child) -> None:
        """Make sure that a child is gone, and give its file, if it had one, to others."""
        if child.process.is_alive():
            log.warning("a worker did not end in time: killing it", extra={"worker": child.name})
            child.process.kill()
        child.process.join()
        child.pipe.close()
        try:
            recovery.take_back_from(self._database, self._settings.max_attempts, child.name)
        except SQLAlchemyError:
            # Whoever minds the workers must go on; the sweeper knows lost files by their leases.
            log.warning("could not take a lost worker's file back yet", exc_info=True)


def _send(child: _Child, message: str) -> None:
    with contextlib.suppress(OSError):  # it died; `_mind` will notice
        child.pipe.send(message)


def _hear(child: _Child) -> bool:
    """Take in what a child says; tells whether it wrote webhooks to deliver."""
    owed = False
    with contextlib.suppress(EOFError, OSError):  # it died; its sentinel tells
        while child.pipe.poll():
            message = child.pipe.recv()
            if message == AWAKE:
                child.is_woken = False
            elif message == OWED:
                owed = True
            else:
                child.busy_since = time.monotonic() if message == BUSY else None
    return owed


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


def run_child(pipe: Connection, name: str, settings: Settings, build: BuildPipeline) -> None:
    """Run one worker process: claim and work until told to stop or due for recycling."""
    # Ctrl-C goes to the whole terminal group; the server decides when we stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    set_up_logging(settings.log_level, settings.log_format)
    join_metrics()
    inbox = _Inbox(pipe)
    inbox.start()
    pipeline = build(settings)
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


def _run_next(pipeline: Pipeline, name: str, report: Callable[[Claim | None], None]) -> bool:
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
