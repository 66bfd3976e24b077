"""Threads that deliver webhooks, apart from those that process files."""

import logging
import threading
import time

from app.webhooks import outbox
from worker.runtime.webhook_delivery.deliverer import Deliverer

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0


class DeliveryThreads:
    """A pool of threads that deliver what is due, from `start` to `stop`.

    One more thread polls the database for due retries every second.
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
        self._poller = threading.Thread(target=self._poll, name="webhooks-poll", daemon=True)

    def start(self, *, requeue: bool = True) -> None:
        """Start the threads; first requeue deliveries that a stopped server had claimed.

        Pass `requeue=False` where other processes deliver from the same database.
        """
        if requeue:
            outbox.requeue_all(self._deliverer.database)
        for thread in (*self._threads, self._poller):
            thread.start()

    def notify(self, deliveries: int = 1) -> None:
        """Wake a thread for each of these due deliveries."""
        with self._due:
            self._due.notify(deliveries)

    def stop(self) -> None:
        """Stop the threads after their current attempts, or after `drain_seconds`.

        An interrupted attempt is repeated after the next start.
        """
        self._stopping.set()
        until = time.monotonic() + self._drain_seconds
        with self._due:
            self._due.notify_all()
        for thread in (*self._threads, self._poller):
            thread.join(max(0.0, until - time.monotonic()))

    def _deliver(self) -> None:
        while not self._stopping.is_set():
            try:
                while not self._stopping.is_set() and self._deliverer.deliver_next():
                    pass
            except Exception:  # such as a database that is unavailable: the poller wakes the thread
                log.exception("webhook delivery thread failed; retrying")
            with self._due:
                if not self._stopping.is_set():
                    self._due.wait()

    def _poll(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            try:
                due = outbox.count_due(self._deliverer.database, len(self._threads))
            except Exception:  # any failure: the thread must survive
                log.exception("counting due webhooks failed; retrying")
                continue
            if due:
                self.notify(due)
