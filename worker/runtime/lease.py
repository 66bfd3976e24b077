"""Holding an item while it is processed: lease renewal, time limit, stop when its job ends."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Self

from sqlalchemy.exc import SQLAlchemyError

from app.db import Database
from app.errors import FileErrorCode
from app.jobs import queue
from app.jobs.queue import Claim
from app.jobs.values import FileFailure
from app.observability import metrics

log = logging.getLogger(__name__)

# How soon work for a cancelled job stops. Most files end earlier, without a check.
CHECK_SECONDS = 2.0
TOO_LONG = FileFailure(FileErrorCode.TIMEOUT, "processing the file took too long")


class LeaseLost(Exception):
    """The claim no longer holds the item; its outcome will not be recorded."""


class Lease:
    """Holds a claim while its block runs, by a thread.

    The thread renews the lease and checks whether the item was ended meanwhile: its job was
    cancelled or is overdue, or the lease had expired. After `limit` it ends the item with the
    error `timeout`. When the lease is lost it calls `on_lost`, and from then on `check`, called
    between the stages of the work, raises LeaseLost.
    """

    def __init__(
        self,
        database: Database,
        claim: Claim,
        length: timedelta,
        limit: timedelta,
        on_lost: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._claim = claim
        self._length = length
        self._on_lost = on_lost
        self._until = time.monotonic() + limit.total_seconds()
        self._is_lost = threading.Event()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="lease", daemon=True)

    def check(self) -> None:
        """Raise LeaseLost if the lease is known to be lost."""
        if self._is_lost.is_set():
            raise LeaseLost

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        third = self._length.total_seconds() / 3
        renewed = time.monotonic()
        while not self._done.wait(min(third, CHECK_SECONDS)):
            try:
                if time.monotonic() >= self._until:
                    log.error("file exceeded its time limit; ending it with an error")
                    if queue.finish(self._database, self._claim, TOO_LONG):
                        metrics.count_failed_file(TOO_LONG.code)
                    is_held = False
                elif time.monotonic() - renewed >= third:
                    renewed = time.monotonic()
                    is_held = queue.renew(self._database, self._claim, self._length)
                else:
                    is_held = queue.holds(self._database, self._claim)
            except SQLAlchemyError:
                log.warning("checking a lease failed; retrying", exc_info=True)
                continue
            if not is_held:
                self._is_lost.set()
                self._on_lost()
                return
