"""The process that delivers webhooks beside a worker's own: started again when it dies."""

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import wait

from app.observability.logging import set_up_logging
from app.observability.multiprocess import join_metrics
from app.settings import Settings

log = logging.getLogger(__name__)

RESTART_SECONDS = 2.0


class DelivererProcess:
    """Keeps one process at `run(settings)`; it ends with the one that started it, even by SIGKILL.

    Spawned, not forked: it has threads, and the worker forks.
    """

    def __init__(self, settings: Settings, run: Callable[[Settings], None]) -> None:
        self._settings = settings
        self._run = run
        self._context = multiprocessing.get_context("spawn")
        self._stopping = threading.Event()
        # Held while a process is started: one that `stop` did not see would never be ended.
        self._starting = threading.Lock()
        self._process = self._new()
        self._thread = threading.Thread(target=self._mind, name="deliverer", daemon=True)

    def start(self) -> None:
        """Start the process and mind it."""
        self._process.start()
        self._thread.start()

    def stop(self) -> None:
        """Let it end the tries that it is in, for `drain_seconds` at most."""
        with self._starting:
            self._stopping.set()
        self._process.terminate()
        self._process.join(self._settings.drain_seconds)
        if self._process.is_alive():
            self._process.kill()
        self._thread.join()

    def _new(self) -> multiprocessing.context.SpawnProcess:
        return self._context.Process(
            target=_begin, args=(self._settings, self._run), name="webhooks", daemon=False
        )

    def _mind(self) -> None:
        while True:
            self._process.join()
            if self._stopping.is_set():
                return
            log.error(
                "the process that delivers webhooks died: starting another one",
                extra={"exit_code": self._process.exitcode},
            )
            if not self._replace():
                return

    def _replace(self) -> bool:
        """Start another process, however many tries that takes; False when it is time to stop."""
        while not self._stopping.wait(RESTART_SECONDS):
            fresh = self._new()
            with self._starting:
                if self._stopping.is_set():
                    return False
                try:
                    fresh.start()
                except OSError:
                    log.exception("no process can be started just now; trying again")
                else:
                    self._process = fresh
                    return True
        return False


def _begin(settings: Settings, run: Callable[[Settings], None]) -> None:
    # Ctrl-C goes to the whole terminal group; the worker decides when we stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_up_logging(settings.log_level, settings.log_format)
    join_metrics()
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    run(settings)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        # Nobody is there to say goodbye to; what we are at is tried again.
        os._exit(1)
