"""Token buckets: a full bucket holds the tokens of a minute and is refilled within a minute.

A bucket is stored as the moment at which it will be full again (the generic cell rate algorithm).
"""

import logging
import threading
import time
from collections import OrderedDict
from typing import Any, Protocol

import redis

log = logging.getLogger(__name__)

PERIOD_SECONDS = 60.0
MAX_BUCKETS = 20_000
REDIS_PREFIX = "pigeonhole:rate:"
# The time that a request waits for Redis, and the pause without Redis after a failure.
REDIS_SECONDS = 0.25
REDIS_PAUSE_SECONDS = 5.0

# Uses the clock of Redis, because those of the machines may differ.
TAKE = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local period, cost = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + cost
local wait = full - now - period
if wait > 0.000001 then return tostring(wait) end
redis.call('SET', KEYS[1], string.format('%.6f', full), 'PX', math.ceil((full - now) * 1000))
return '0'
"""


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


class RedisBuckets:
    """Buckets that all processes share.

    While Redis is unavailable, each process uses its own buckets: the API keeps serving requests.
    """

    def __init__(self, url: str) -> None:
        client = redis.Redis.from_url(
            url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
        )
        self._take: Any = client.register_script(TAKE)
        self._local = LocalBuckets()
        self._retry_at = 0.0

    def take(self, name: str, per_minute: int) -> float:
        """Take a token and return 0, or return the seconds until there is one."""
        if time.monotonic() < self._retry_at:
            return self._local.take(name, per_minute)
        try:
            answer = self._take(
                [REDIS_PREFIX + name], [PERIOD_SECONDS, PERIOD_SECONDS / per_minute]
            )
        except redis.RedisError:
            log.warning("Redis unavailable; each process limits rates on its own", exc_info=True)
            self._retry_at = time.monotonic() + REDIS_PAUSE_SECONDS
            return self._local.take(name, per_minute)
        return float(answer)
