"""Deliveries of the embedded server: threads of its own, so that no receiver holds up a file."""

import logging
import threading
import time

from app.webhooks import outbox
from worker.runtime.webhook_delivery.deliverer import Deliverer

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0


class DeliveryThreads:
    """Keeps some threads delivering what is due, from `start` to `stop`.

    One more thread looks every second for retries whose time has come.
    """

    def __init__(self, deliverer: Deliverer, threads: int, drain_seconds: float) -> None:
        self._deliverer = deliverer
        self._drain_seconds = drain_seconds
        self._stopping = threading.Event()
        self._due = threading.Condition()
        self._threads = [
            threading.Thread(target=self._deliver, name=f"webhooks-{number}", daemon=True)
            for number in range(threads)
        ]
        self._clock = threading.Thread(target=self._look, name="webhooks-clock", daemon=True)

    def start(self, *, take_back: bool = True) -> None:
        """Take back what a server before us left in work, and begin.

        The data directory's lock makes sure that nobody else is at work on it; where that is not
        so, nothing is to be taken back.
        """
        if take_back:
            outbox.take_back_all(self._deliverer.database)
        for thread in (*self._threads, self._clock):
            thread.start()

    def notify(self, deliveries: int = 1) -> None:
        """Wake threads: so many deliveries are due."""
        with self._due:
            self._due.notify(deliveries)

    def stop(self) -> None:
        """End the threads after the tries that they are in, or after `drain_seconds`.

        What is cut off is tried again at the next start.
        """
        self._stopping.set()
        until = time.monotonic() + self._drain_seconds
        with self._due:
            self._due.notify_all()
        for thread in (*self._threads, self._clock):
            thread.join(max(0.0, until - time.monotonic()))

    def _deliver(self) -> None:
        while not self._stopping.is_set():
            try:
                while not self._stopping.is_set() and self._deliverer.deliver_next():
                    pass
            except Exception:  # the database is away: the clock will wake us again
                log.exception("webhooks cannot be delivered just now; trying again")
            with self._due:
                if not self._stopping.is_set():
                    self._due.wait()

    def _look(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            try:
                due = outbox.count_due(self._deliverer.database, len(self._threads))
            except Exception:  # whatever it is, the next look must come
                log.exception("cannot look for due webhooks just now; trying again")
                continue
            if due:
                self.notify(due)
