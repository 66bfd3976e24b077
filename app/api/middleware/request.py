"""The path, the id, the time limit and the log line of every request."""

import logging
import re
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress

from anyio import move_on_after
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.errors import unexpected
from app.api.middleware.body import BodyTimeout
from app.observability import metrics
from app.observability.logging import bind

access = logging.getLogger("app.access")

# A request id from the client is used only if it is safe in a log and in a header.
REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)
# Requested every few seconds by monitoring: logged at level DEBUG.
UNLOGGED = frozenset({"/livez", "/readyz", "/metrics"})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

DRAIN_BYTES = 16 * 1024 * 1024
DRAIN_SECONDS = 2.0


class RequestMiddleware:
    """Normalises the path of each request, gives it an id, limits its time and logs it.

    - A trailing slash is ignored and never redirected: the Fern client does not follow redirects.
    - The path prefix is accepted whether the proxy strips it or not.
    - Clients that send X-Fern-Language get `Connection: close`: their synchronous wrapper runs
      a new event loop for each call and fails on a connection of an earlier loop.
    """

    def __init__(
        self, app: ASGIApp, root_path: str, headers: Mapping[str, str], request_seconds: float
    ) -> None:
        self._app = app
        self._root_path = root_path
        self._headers = headers
        self._request_seconds = request_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._normalise_path(scope)
        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        scope.setdefault("state", {})["request_id"] = request_id
        closes = "x-fern-language" in headers
        status = 0
        began = time.perf_counter()
        body = _Body(BodyTimeout(receive, self._request_seconds).receive)
        metrics.REQUESTS_IN_FLIGHT.add(1)

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                answer = MutableHeaders(scope=message)
                answer["X-Request-ID"] = request_id
                for name, value in self._headers.items():
                    answer.setdefault(name, value)
                # Closing a connection with unread bytes resets it, and the client loses the
                # answer: then it stays open.
                if closes and await body.drain():
                    answer["Connection"] = "close"
            await send(message)

        with bind(request_id=request_id):
            try:
                await self._app(scope, body.receive, send_with_headers)
            except Exception as error:
                if status:  # the answer has begun: it can only be cut off
                    raise
                # Not in Starlette's own handler, which runs outside of this middleware: its answer
                # would have neither an id nor a log line.
                answer = unexpected(request_id, error)
                await answer(scope, body.receive, send_with_headers)
            finally:
                _log_and_count(scope, status, time.perf_counter() - began)

    def _normalise_path(self, scope: Scope) -> None:
        path: str = scope["path"]
        if len(path) > 1:
            path = path.rstrip("/") or "/"
        if self._root_path:
            if path != self._root_path and not path.startswith(self._root_path + "/"):
                path = self._root_path + path
            if path == self._root_path:
                path += "/"
            scope["root_path"] = self._root_path
        scope["path"] = path


def _request_id(headers: Headers) -> str:
    """Return the id that the client gave its request, or a new one."""
    given = headers.get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex[:16]


def _log_and_count(scope: Scope, status: int, seconds: float) -> None:
    """Count a finished request and log it, without its query, which may hold a signature.

    The status is 0 if the client disconnected before the answer. The route is the template of
    the path, so that there are few values; `none` if no route was reached.
    """
    route: str = getattr(scope.get("route"), "path_format", "none")
    method = scope["method"] if scope["method"] in METHODS else "other"
    metrics.REQUESTS_IN_FLIGHT.add(-1)
    metrics.REQUESTS.add(1, route, method, str(status))
    metrics.REQUEST_SECONDS.observe(seconds, route, method)
    access.log(
        logging.DEBUG if route in UNLOGGED else logging.INFO,
        "request",
        extra={
            "method": scope["method"],
            "route": route,
            "path": scope["path"],
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
        },
    )


class _Body:
    """Passes the body of a request to the application and can discard the rest of it."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._is_complete = False

    async def receive(self) -> Message:
        """Return the next message."""
        message = await self._receive()
        self._is_complete = not message.get("more_body", False)
        return message

    async def drain(self) -> bool:
        """Discard what the application did not read; return False if that is too much."""
        drained = 0
        # A body that is too slow raises here too.
        with suppress(HTTPException), move_on_after(DRAIN_SECONDS):
            while not self._is_complete and drained < DRAIN_BYTES:
                drained += len((await self.receive()).get("body", b""))
        return self._is_complete
