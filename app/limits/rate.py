"""Rate limits of API keys: requests and uploads a minute."""

import math

from anyio import to_thread

from app.errors import TooManyRequests
from app.limits.buckets import Buckets, LocalBuckets
from app.projects.scope import Principal
from app.settings import Settings

UPLOAD_PATHS = frozenset({"/api/v1/files", "/api/v1/beta/files"})
UPLOAD_METHODS = frozenset({"POST", "PUT"})


class RateLimiter:
    """Counts the requests of each key, and separately its uploads."""

    def __init__(self, settings: Settings) -> None:
        self._requests = settings.requests_per_minute
        self._uploads = settings.uploads_per_minute
        url = settings.broker_url.get_secret_value()
        self._is_remote = bool(url)
        self._buckets = _shared_buckets(url) if url else LocalBuckets()

    async def check(self, principal: Principal, method: str, path: str) -> None:
        """Count a request; raises TooManyRequests when its key has used up its rate."""
        if path in UPLOAD_PATHS and method in UPLOAD_METHODS:
            await self._take_upload(principal)
        await self._take_request(principal)

    async def check_upload(self, principal: Principal) -> None:
        """Count an upload to a link of a key; raises TooManyRequests as `check` does."""
        await self._take_upload(principal)
        await self._take_request(principal)

    async def _take_upload(self, principal: Principal) -> None:
        given = principal.uploads_per_minute
        limit = self._uploads if given is None else given
        await self._take(f"{principal.key_id}:uploads", limit, "uploads")

    async def _take_request(self, principal: Principal) -> None:
        given = principal.requests_per_minute
        limit = self._requests if given is None else given
        await self._take(f"{principal.key_id}:requests", limit, "requests")

    async def _take(self, name: str, limit: int, what: str) -> None:
        if not limit:
            return
        if self._is_remote:
            wait = await to_thread.run_sync(self._buckets.take, name, limit)
        else:
            wait = self._buckets.take(name, limit)
        if wait > 0:
            seconds = max(1, math.ceil(wait))
            raise TooManyRequests(
                f"This API key may make {limit} {what} a minute. Try again in {seconds} s.", seconds
            )


def _shared_buckets(url: str) -> Buckets:
    # An embedded server starts faster without the client of Redis.
    from app.limits.redis_buckets import RedisBuckets  # noqa: PLC0415

    return RedisBuckets(url)
