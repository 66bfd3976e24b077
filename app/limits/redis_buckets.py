"""Token buckets in Redis, which all API processes share."""

import logging
import time
from typing import Any

import redis

from app.limits.buckets import PERIOD_SECONDS, LocalBuckets

log = logging.getLogger(__name__)

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
