"""HTTP connections with time limits: uvicorn alone waits for ever for the end of a request's head.

What is limited here is what the application never sees: heads of requests, bodies that follow an
answer, answers that nobody reads. Bodies are limited by `app.api.middleware.body`.
"""

import json
from asyncio import TimerHandle, Transport
from typing import Any

from starlette.responses import JSONResponse
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

# Names, values and the path together; the longest key and cookies of a browser fit many times.
HEAD_BYTES = 64 * 1024
HEADERS = 200
WRITE_SECONDS = 60.0

TOO_SLOW = "The head of the request did not arrive in time."
TOO_LARGE = f"The head of the request is longer than {HEAD_BYTES} bytes or {HEADERS} headers."
INVALID = "This is no HTTP request."
CROWDED = "The server has too many connections just now: try again."
# Asked by machines that would restart the server, or send nobody to it.
NEVER_CROWDED = (b"/livez", b"/readyz", b"/metrics")


class PatientProtocol(HttpToolsProtocol):
    """Closes connections on which nothing useful happens.

    - A head has `head_seconds` from its connection, or from its first byte on a connection that
      is used again: however it trickles. It gets 408, one that is too large 431.
    - Bytes after an answer that is no new request, such as the rest of a refused upload, are
      read for as long.
    - An answer of which the client takes nothing is cut off after WRITE_SECONDS.

    While more than `most_connections` are open, requests get 503: whoever holds connections must
    not take the last open file from those that are being served.
    """

    head_seconds: float = 10.0
    most_connections: int = 1000

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  # uvicorn's own
        super().__init__(*arguments, **options)
        self._head_timer: TimerHandle | None = None
        self._write_timer: TimerHandle | None = None
        self._in_head = False
        self._head_bytes = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_head_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_head_timer()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._head_timer is None and self._waits_for_head():
            self._start_head_timer()
        self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > HEAD_BYTES:
            self._refuse(431, TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stop_head_timer()
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > HEAD_BYTES or len(self.headers) > HEADERS:
            self.app = _answer_too_large
        elif len(self.connections) > self.most_connections and self.url not in NEVER_CROWDED:
            self.app = _answer_crowded
        else:
            self.app = self.config.loaded_app
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        del msg  # uvicorn's sentence, as plain text; ours is JSON like every other answer
        self._refuse(400, INVALID)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._write_timer is None:
            self._write_timer = self.loop.call_later(WRITE_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None
        super().resume_writing()

    def _waits_for_head(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _start_head_timer(self) -> None:
        self._head_timer = self.loop.call_later(self.head_seconds, self._end_head)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _end_head(self) -> None:
        self._head_timer = None
        if self._in_head:
            self._refuse(408, TOO_SLOW)
        else:  # nothing was asked: an answer could be taken for that to the next request
            self.transport.close()

    def _refuse(self, status: int, sentence: str) -> None:
        """Answer what is no request, or not a whole one, and close the connection."""
        if self.transport.is_closing():
            return
        body = json.dumps({"detail": sentence}).encode()
        head = b"content-type: application/json\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
        if not self._waits_for_head():  # the application still reads the body, which has gone bad
            self.cycle.disconnected = True
        # In the middle of another answer, bytes of this one would be taken for a part of it.
        if self._waits_for_head() or not self.cycle.response_started:
            self.transport.write(STATUS_LINE[status] + head % len(body) + body)
        self.transport.close()


async def _answer_too_large(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401  # ASGI
    answer = JSONResponse({"detail": TOO_LARGE}, 431, {"Connection": "close"})
    await answer(scope, receive, send)


async def _answer_crowded(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401  # ASGI
    answer = JSONResponse({"detail": CROWDED}, 503, {"Connection": "close", "Retry-After": "1"})
    await answer(scope, receive, send)


def protocol(head_seconds: float, most_connections: int) -> type[PatientProtocol]:
    """Return the class that uvicorn makes a connection of, with these limits."""
    limits = {"head_seconds": head_seconds, "most_connections": most_connections}
    return type("Protocol", (PatientProtocol,), limits)
