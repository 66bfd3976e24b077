"""Limits on the bodies of requests: their size, and the time that they take."""

import time
from collections.abc import Mapping

import anyio
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.text import ReadableSize

# Slower than a telephone line; an SDK gives up an upload after a minute.
MIN_BYTES_PER_SECOND = 500

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
        self._body_max = body_max
        # Boundaries and part headers come on top of the file itself.
        self._upload_max = upload_max + 64 * 1024
        self._upload_file_max = upload_max
        self._upload_paths = upload_paths
        self._raw_upload_prefix = raw_upload_prefix
        self._table_paths = table_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        is_upload = (scope["method"] == "POST" and path in self._upload_paths) or (
            scope["method"] == "PUT" and path.startswith(self._raw_upload_prefix)
        )
        if is_upload:
            limit, what, most = self._upload_max, "file", self._upload_file_max
        else:
            limit = most = self._table_paths.get(path, self._body_max)
            what = "table" if path in self._table_paths else "request"
        size = ReadableSize.of(most)
        sentence = f"The {what} is larger than {size}, the limit of this server."
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > limit:
            await JSONResponse({"detail": sentence}, 413)(scope, receive, send)
            return
        received = 0

        async def receive_within_limit() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise HTTPException(413, sentence)
            return message

        await self._app(scope, receive_within_limit, send)
