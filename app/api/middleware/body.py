"""Limits on the bodies of requests: their size, and the time that they take."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import anyio
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.text import ReadableSize

# Slower than a telephone line; an SDK gives up an upload after a minute.
MIN_BYTES_PER_SECOND = 500
# Boundaries and headers of parts, on top of the file itself.
MULTIPART_BYTES = 64 * 1024

TOO_SLOW = "The body of the request did not arrive in time: send it again."


class BodyTimeout:
    """Wraps `receive` and raises HTTPException 408 when a body arrives too slowly.

    Only the time spent waiting for the client counts: at most `seconds` more than the received
    bytes take at MIN_BYTES_PER_SECOND. Nobody saves up time: after a fast beginning, an upload
    could otherwise trickle for days.
    """

    def __init__(self, receive: Receive, seconds: float) -> None:
        self._receive = receive
        self._seconds = seconds
        self._left = seconds
        self._is_complete = False

    async def receive(self) -> Message:
        """Return the next message; after the last one of the body there is no limit."""
        if self._is_complete:
            return await self._receive()
        began = time.monotonic()
        try:
            with anyio.fail_after(max(0.0, self._left)):
                message = await self._receive()
        except TimeoutError:
            # The rest may be on its way: the connection cannot be used again.
            raise HTTPException(408, TOO_SLOW, {"Connection": "close"}) from None
        earned = len(message.get("body", b"")) / MIN_BYTES_PER_SECOND
        self._left = min(self._seconds, self._left + earned - (time.monotonic() - began))
        self._is_complete = not message.get("more_body", False)
        return message


@dataclass(frozen=True, slots=True)
class _Limit:
    """How many bytes a body may have. A refusal names `shown`, the limit of what the body holds."""

    max_bytes: int
    what: str
    shown: int

    @property
    def refusal(self) -> str:
        size = ReadableSize.of(self.shown)
        return f"The {self.what} is larger than {size}, the limit of this server."


class BodyLimitMiddleware:
    """Refuses bodies over a limit with 413: by their declared length, or when they exceed it.

    Uploads have their own limit, because they go to the disk and not into memory. So have the paths
    that take tables of more rows than JSON has.
    """

    def __init__(
        self,
        app: ASGIApp,
        body_max: int,
        upload_max: int,
        upload_paths: frozenset[str],
        raw_upload_prefix: str,
        table_paths: Mapping[str, int],
    ) -> None:
        self._app = app
        self._of_body = _Limit(body_max, "request", body_max)
        self._of_upload = _Limit(upload_max + MULTIPART_BYTES, "file", upload_max)
        self._of_tables = {path: _Limit(most, "table", most) for path, most in table_paths.items()}
        self._upload_paths = upload_paths
        self._raw_upload_prefix = raw_upload_prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit_of(scope)
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > limit.max_bytes:
            await JSONResponse({"detail": limit.refusal}, 413)(scope, receive, send)
            return
        received = 0

        async def receive_within_limit() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit.max_bytes:
                raise HTTPException(413, limit.refusal)
            return message

        await self._app(scope, receive_within_limit, send)

    def _limit_of(self, scope: Scope) -> _Limit:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        is_upload = (scope["method"] == "POST" and path in self._upload_paths) or (
            scope["method"] == "PUT" and path.startswith(self._raw_upload_prefix)
        )
        return self._of_upload if is_upload else self._of_tables.get(path, self._of_body)
