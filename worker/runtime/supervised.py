"""Supervision of child processes: start, watch, restart, stop.

Children are spawned, or forked from a process without threads. They are never forked from the
parent: it has threads, and a fork keeps their locks locked. Each child has a pipe to its parent.
The parent asks it to stop over the pipe; when the pipe closes without that, the parent is gone,
and the child ends at once.
"""

import contextlib
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import (
    ForkServerContext,
    ForkServerProcess,
    SpawnContext,
    SpawnProcess,
)

from app.observability.logging import set_up_logging
from app.observability.multiprocess import join_metrics
from app.settings import Settings
from worker.runtime.fork_server import start_fork_server
from worker.runtime.heartbeat import name_worker

log = logging.getLogger(__name__)

STOP = "stop"

POLL_SECONDS = 1.0
# Pauses before a restart: a child that dies at its start must not be restarted in a tight loop.
RESTART_SECONDS = (0.0, 1.0, 2.0, 5.0, 10.0)
HEALTHY_AFTER_SECONDS = 30.0
REAP_SECONDS = 2.0

Run = Callable[[Settings, "ParentPipe", str], None]
"""What a child does: gets the settings, its pipe and its name. Passed to the child by its name."""


@dataclass(slots=True)
class Child:
    """A child process as its supervisor sees it."""

    name: str
    process: SpawnProcess | ForkServerProcess
    pipe: Connection
    started: float = field(default_factory=time.monotonic)
    _sending: threading.Lock = field(default_factory=threading.Lock)

    def send(self, message: str) -> None:
        """Send the child a message, from any thread; does nothing if the child has died."""
        with self._sending, contextlib.suppress(OSError):
            self.pipe.send(message)


class Supervisor:
    """Keeps `count` children running from `start` to `stop`; subclasses override the hooks.

    With `preload` children are forked from a process that has imported the module of this name:
    they start quickly and share its memory. There is one such process for each parent.
    """

    def __init__(
        self, settings: Settings, kind: str, count: int, run: Run, preload: str = ""
    ) -> None:
        self.settings = settings
        self._kind = kind
        self._count = count
        self._run = run
        self._context: SpawnContext | ForkServerContext = multiprocessing.get_context("spawn")
        if preload and start_fork_server(preload):
            self._context = multiprocessing.get_context("forkserver")
        self._lock = threading.Lock()
        self._children: list[Child] = []
        self._quick_deaths = 0
        self._stopping = threading.Event()
        self._stop_by: float | None = None
        self._thread = threading.Thread(target=self._supervise, name=f"{kind}-supervisor")
        self._thread.daemon = True

    @property
    def children(self) -> list[Child]:
        """The children at this moment."""
        with self._lock:
            return list(self._children)

    def start(self) -> None:
        """Start the children and watch them."""
        with self._lock:
            self._children += [self._spawn() for _ in range(self._count)]
        self._thread.start()

    def stop_soon(self) -> None:
        """Ask the children to stop; returns at once, also in a signal handler."""
        if self._stop_by is None:
            self._stop_by = time.monotonic() + self.settings.drain_seconds
            self._stopping.set()

    def stop(self) -> None:
        """Wait for the children until `drain_seconds` after `stop_soon`, then kill them."""
        self.stop_soon()
        self._thread.join()
        assert self._stop_by is not None  # noqa: S101  # set by stop_soon
        for child in self.children:
            child.process.join(max(0.0, self._stop_by - time.monotonic()))
            self._end(child)
        with self._lock:
            self._children.clear()

    def on_message(self, child: Child, message: str) -> None:
        """Handle a message of a child."""

    def is_stuck(self, child: Child) -> bool:  # noqa: ARG002  # a hook
        """Tell whether a child must be killed."""
        return False

    def on_end(self, child: Child) -> None:
        """Clean up after a child that has ended."""

    def _supervise(self) -> None:
        while not self._stopping.is_set():
            try:
                self._watch()
            except Exception:  # any failure: the children must not lose their supervisor
                log.exception("supervising processes failed; retrying", extra={"kind": self._kind})
                self._stopping.wait(POLL_SECONDS)
        for child in self.children:
            child.send(STOP)

    def _watch(self) -> None:
        children = self.children
        pipes = [child.pipe for child in children]
        sentinels = [child.process.sentinel for child in children]
        ready = set(wait([*pipes, *sentinels], timeout=POLL_SECONDS))
        for child in children:
            if child.pipe in ready:
                self._read_messages(child)
            if child.process.sentinel in ready:
                self._replace(child)
            elif self.is_stuck(child):
                log.error("process is stuck; killing it", extra={"process_name": child.name})
                child.process.kill()

    def _read_messages(self, child: Child) -> None:
        with contextlib.suppress(EOFError, OSError):  # the child died: its sentinel is ready
            while child.pipe.poll():
                self.on_message(child, child.pipe.recv())

    def _replace(self, dead: Child) -> None:
        # The sentinel is ready a moment before the exit code.
        dead.process.join(REAP_SECONDS)
        is_planned = dead.process.exitcode == 0
        is_quick = time.monotonic() - dead.started <= HEALTHY_AFTER_SECONDS
        self._quick_deaths = self._quick_deaths + 1 if is_quick and not is_planned else 0
        if not is_planned:
            log.error(
                "process died; starting another one",
                extra={"process_name": dead.name, "exit_code": dead.process.exitcode},
            )
        self._end(dead)
        pause = RESTART_SECONDS[min(self._quick_deaths, len(RESTART_SECONDS) - 1)]
        while not self._stopping.wait(pause):
            try:
                fresh = self._spawn()
            except OSError:
                log.exception("starting a process failed; retrying", extra={"kind": self._kind})
                pause = RESTART_SECONDS[-1]
                continue
            with self._lock:
                self._children[self._children.index(dead)] = fresh
            return

    def _spawn(self) -> Child:
        name = name_worker(self._kind)
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_run_child,
            args=(self._run, self.settings, theirs, name),
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
        return Child(name, process, ours)

    def _end(self, child: Child) -> None:
        if child.process.is_alive():
            log.warning(
                "process did not end in time; killing it", extra={"process_name": child.name}
            )
            child.process.kill()
        child.process.join()
        child.pipe.close()
        self.on_end(child)


class ParentPipe(threading.Thread):
    """A child's end of the pipe. A thread reads it, because the main thread may be busy.

    Calls `on_message`, from the thread, with each message of the parent.
    """

    def __init__(self, pipe: Connection) -> None:
        super().__init__(name="parent-pipe", daemon=True)
        self._pipe = pipe
        self._sending = threading.Lock()
        self.on_message: Callable[[str], None] = lambda _: None

    def run(self) -> None:
        while True:
            try:
                message = self._pipe.recv()
            except (EOFError, OSError):
                # The parent is gone. Without cleaning up: its successor may be starting, and must
                # find no process that still writes.
                os._exit(1)
            self.on_message(message)

    def send(self, message: str) -> None:
        """Send the parent a message; if the parent is gone, this process is about to end."""
        with self._sending, contextlib.suppress(OSError):
            self._pipe.send(message)


def _run_child(run: Run, settings: Settings, pipe: Connection, name: str) -> None:
    # Ctrl-C reaches the whole terminal group; the parent decides when a child stops.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_up_logging(settings.log_level, settings.log_format)
    join_metrics()
    run(settings, ParentPipe(pipe), name)
