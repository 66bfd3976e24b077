"""The embedded runner: worker processes that are children of the server, and who minds them.

Children are spawned, never forked: the server has threads, and forked locks stay locked. What a
child does, and what is said over the pipe to it, is in `worker.runtime.local_child`.
"""

import contextlib
import logging
import multiprocessing
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from sqlalchemy.exc import SQLAlchemyError

from app.db import Database
from app.jobs import recovery
from app.settings import Settings
from worker.runtime.heartbeat import name_worker
from worker.runtime.local_child import (
    AWAKE,
    BUSY,
    OWED,
    POLL_SECONDS,
    STOP,
    WAKE,
    run_child,
)
from worker.runtime.processor import BuildProcessor

log = logging.getLogger(__name__)

# A child that dies at once must not be restarted as fast as the machine can.
RESTART_SECONDS = (0.0, 1.0, 2.0, 5.0, 10.0)
HEALTHY_AFTER_SECONDS = 30.0
REAP_SECONDS = 2.0
# A worker ends a file that takes too long by itself; one that cannot do even that is killed.
STUCK_SECONDS = 10.0


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
        build: BuildProcessor,
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
        recovery.requeue_all(self._database, self._settings.max_attempts)
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
            recovery.requeue_worker(self._database, self._settings.max_attempts, child.name)
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
