"""Holding an item while it is worked on, and learning that it is not ours any more."""

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

# How soon work for a cancelled job stops. Most files are done before that, without a look.
LOOK_SECONDS = 2.0
TOO_LONG = FileFailure(FileErrorCode.TIMEOUT, "working on the file took too long")


class LeaseLost(Exception):
    """The item is not ours any more: whatever is made of it will not be recorded."""


class Lease:
    """Keeps a claim for as long as the block runs, from a thread.

    The thread renews the lease, and looks whether somebody has ended the item meanwhile: its
    job was cancelled or is overdue, or the lease had run out. After `limit` it ends the item
    itself, with the error `timeout`. `on_lost` is called, from the thread, when the item
    is not ours any more. `check`, called between the stages of the work, raises LeaseLost from
    then on.
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
        """Raise LeaseLost if the item is known not to be ours any more."""
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
        while not self._done.wait(min(third, LOOK_SECONDS)):
            try:
                if time.monotonic() >= self._until:
                    log.error("working on a file took too long: it ends")
                    if queue.finish(self._database, self._claim, TOO_LONG):
                        metrics.count_failed_file(TOO_LONG.code)
                    is_ours = False
                elif time.monotonic() - renewed >= third:
                    renewed = time.monotonic()
                    is_ours = queue.renew(self._database, self._claim, self._length)
                else:
                    is_ours = queue.holds(self._database, self._claim)
            except SQLAlchemyError:
                log.warning("could not look after a lease; trying again", exc_info=True)
                continue
            if not is_ours:
                self._is_lost.set()
                self._on_lost()
                return
