"""Asking parts that may hang: each question in a thread of its own, one at a time."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Bounded(Generic[T]):
    """A question whose answer is waited for only so long.

    While an answer is owed, whoever asks waits for the same one: a part that hangs for an hour
    holds one thread, not one for each time that it was asked.
    """

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._owed: Future[T] | None = None

    def begin(self) -> Future[T]:
        """Ask, unless an answer is owed; return where it will be.

        Raises RuntimeError when there can be no more threads.
        """
        with self._lock:
            if self._owed is None or self._owed.done():
                owed: Future[T] = Future()
                threading.Thread(
                    target=self._answer, args=(owed,), name="bounded", daemon=True
                ).start()
                # Only now: a thread that the system refused would owe its answer for ever.
                self._owed = owed
            return self._owed

    def _answer(self, owed: Future[T]) -> None:
        try:
            owed.set_result(self._ask())
        except Exception as error:  # noqa: BLE001  # whoever waits gets it
            owed.set_exception(error)
