"""The local runner of an embedded server: worker processes that are its children.

What a child does, and the messages between the two, are in `worker.runtime.local_child`.
"""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from app.db import Database
from app.jobs import recovery
from app.jobs.workers import delete_all_workers, delete_worker
from app.learning import queue as learning
from app.lint import requests as lint
from app.previews import requests as previews
from app.settings import Settings
from worker.runtime.local_child import AWAKE, BUSY, DELIVERIES_DUE, WAKE, run_child
from worker.runtime.processor import BuildProcessor
from worker.runtime.supervised import Child, Supervisor

log = logging.getLogger(__name__)

# A worker ends a file that takes too long by itself; one that cannot do that is killed.
STUCK_SECONDS = 10.0


class LocalRunner(Supervisor):
    """Keeps `settings.workers` worker processes running; restarts dead ones, kills stuck ones.

    Calls `on_deliveries` when a worker has written webhooks to deliver. With `preload`, workers are
    forked from a process that has imported this module; see `Supervisor`.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        build: BuildProcessor,
        on_deliveries: Callable[[], None] = lambda: None,
        preload: str = "",
    ) -> None:
        super().__init__(settings, "local", settings.workers, partial(run_child, build), preload)
        self._database = database
        self._on_deliveries = on_deliveries
        self._busy_since: dict[str, float] = {}
        # Children with a wake-up on its way. Only one each: a pipe that a stuck child does not
        # read must never fill up and block the API.
        self._woken: set[str] = set()
        self._waking = threading.Lock()

    def start(self) -> None:
        """Forget the workers of an earlier server, requeue its files, and start the children.

        The data directory is locked: no other worker can be running.
        """
        delete_all_workers(self._database)
        recovery.requeue_all(self._database, self.settings.max_attempts)
        super().start()

    def notify(self) -> None:
        """Wake every child: items were added."""
        for child in self.children:
            with self._waking:
                if child.name in self._woken:
                    continue
                self._woken.add(child.name)
            child.send(WAKE)

    def on_message(self, child: Child, message: str) -> None:
        """Keep track of what a child does."""
        if message == AWAKE:
            self._woken.discard(child.name)
        elif message == DELIVERIES_DUE:
            self._on_deliveries()
        elif message == BUSY:
            self._busy_since[child.name] = time.monotonic()
        else:
            self._busy_since.pop(child.name, None)

    def is_stuck(self, child: Child) -> bool:
        """Tell whether a child works on one file for too long."""
        since = self._busy_since.get(child.name)
        limit = self.settings.item_seconds + STUCK_SECONDS
        return since is not None and time.monotonic() - since > limit

    def on_end(self, child: Child) -> None:
        """Forget a child that has ended, and requeue its file."""
        self._busy_since.pop(child.name, None)
        self._woken.discard(child.name)
        try:
            delete_worker(self._database, child.name)
            recovery.requeue_worker(self._database, self.settings.max_attempts, child.name)
            previews.release_worker(self._database, child.name)
            lint.release_worker(self._database, child.name)
            learning.release_worker(self._database, child.name)
        except SQLAlchemyError:
            # The sweeper requeues the file when its lease expires.
            log.warning(
                "requeueing a lost worker's file failed; the sweeper requeues it", exc_info=True
            )
