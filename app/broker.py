"""Waking workers. A message is empty: the rows in the database are the queue."""

import threading
from collections.abc import Callable
from typing import Protocol

WORK_TASK = "pigeonhole.work"
WORK_QUEUE = "pigeonhole.work"
# A separate queue: deliveries wait for other servers and must not delay files.
DELIVER_TASK = "pigeonhole.deliver"
DELIVER_QUEUE = "pigeonhole.webhooks"
KEY_PREFIX = "pigeonhole:"
# How long one task processes files before it ends and sends a new message.
TURN_SECONDS = 60.0
# A woken worker continues until the queue is empty: one message for each process is enough.
MAX_MESSAGES = 64


class Notifier(Protocol):
    """Tells workers that items are open. Losing a wake-up only costs the time to the next sweep."""

    def notify(self, items: int) -> None:
        """Announce this many new items; call it after the commit."""
        ...

    def notify_deliveries(self, deliveries: int) -> None:
        """Announce this many due webhooks; call it after the commit."""
        ...

    def waiting(self) -> int | None:
        """Return how many wake-ups no worker has taken yet; None if unknown."""
        ...

    def check(self) -> None:
        """Raise an exception if workers cannot be reached."""
        ...


class LocalNotifier:
    """Wakes the workers of this process by a function that the runner gives."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listener: Callable[[], None] | None = None
        self._deliver: Callable[[int], None] | None = None

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener`, from any thread, whenever items were added."""
        with self._lock:
            self._listener = listener

    def listen_for_deliveries(self, listener: Callable[[int], None]) -> None:
        """Call `listener`, from any thread, with a number of webhooks that are due."""
        with self._lock:
            self._deliver = listener

    def notify_deliveries(self, deliveries: int) -> None:
        """Wake threads that deliver."""
        with self._lock:
            listener = self._deliver
        if listener is not None:
            listener(deliveries)

    def notify(self, items: int) -> None:  # noqa: ARG002  # local workers look for themselves
        """Wake every local worker."""
        with self._lock:
            listener = self._listener
        if listener is not None:
            listener()

    def waiting(self) -> int | None:
        """Return None: a local wake-up is taken at once."""
        return None

    def check(self) -> None:
        """Do nothing: the workers are child processes."""
