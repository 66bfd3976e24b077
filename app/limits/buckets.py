"""Token buckets: a full bucket holds the tokens of a minute and is refilled within a minute.

A bucket is stored as the moment at which it will be full again (the generic cell rate algorithm).
"""

import threading
import time
from collections import OrderedDict
from typing import Protocol

PERIOD_SECONDS = 60.0
MAX_BUCKETS = 20_000


class Buckets(Protocol):
    """The store of the buckets."""

    def take(self, name: str, per_minute: int) -> float:
        """Take a token and return 0, or return the seconds until there is one."""
        ...


class LocalBuckets:
    """Buckets of this process, up to MAX_BUCKETS of the most recently used ones."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def take(self, name: str, per_minute: int) -> float:
        """Take a token and return 0, or return the seconds until there is one."""
        moment = time.monotonic()
        with self._lock:
            full_at = max(self._full_at.get(name, 0.0), moment) + PERIOD_SECONDS / per_minute
            wait = full_at - moment - PERIOD_SECONDS
            if wait > 1e-6:
                return wait
            self._full_at[name] = full_at
            self._full_at.move_to_end(name)
            if len(self._full_at) > MAX_BUCKETS:
                self._full_at.popitem(last=False)
        return 0.0
