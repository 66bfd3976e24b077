"""Calls that may hang: one at a time, each in its own thread."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """A function of which at most one call runs at a time; concurrent callers share its result.

    A call that hangs for an hour holds one thread, not one for each caller.
    """

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._lock = threading.Lock()
        self._running: Future[T] | None = None

    def begin(self) -> Future[T]:
        """Start a call unless one is running; return the future of its result.

        Raises RuntimeError when the system cannot start another thread.
        """
        with self._lock:
            if self._running is None or self._running.done():
                future: Future[T] = Future()
                threading.Thread(
                    target=self._run, args=(future,), name="single-flight", daemon=True
                ).start()
                # Assigned after the start: if it fails, no future may stay unfinished.
                self._running = future
            return self._running

    def _run(self, future: Future[T]) -> None:
        try:
            future.set_result(self._call())
        except Exception as error:  # noqa: BLE001  # every caller gets it from the future
            future.set_exception(error)
