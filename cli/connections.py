"""Limits on HTTP connections that uvicorn does not have: heads of requests, unread answers.

Bodies of requests are limited by `app.api.middleware.body`.
"""

from asyncio import TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# Connections at a time: below the usual limit of 1,024 open files for a process.
MAX_CONNECTIONS = 900
MAX_HEAD_BYTES = 64 * 1024


class LimitedConnection(HttpToolsProtocol):
    """Closes connections that would otherwise hold one of MAX_CONNECTIONS without end.

    - The head of a request must arrive within `head_seconds` from the start of the connection,
      or from its first byte on a connection that is used again.
    - The remaining body of a request that is answered already is read for as long.
    - The client must read some of an answer within `write_seconds`.

    An incomplete head over MAX_HEAD_BYTES closes the connection too: it is kept in memory.
    """

    head_seconds: float = 10.0
    write_seconds: float = 60.0

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  # uvicorn's own
        super().__init__(*arguments, **options)
        self._head_timer: TimerHandle | None = None
        self._write_timer: TimerHandle | None = None
        self._in_head = False
        self._head_bytes = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn
        super().connection_made(transport)
        self._start_head_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_head_timer()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        is_idle = self.cycle is None or self.cycle.response_complete
        if self._head_timer is None and is_idle:
            self._start_head_timer()
        self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > MAX_HEAD_BYTES:
            self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stop_head_timer()
        super().on_headers_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._write_timer is None:
            self._write_timer = self.loop.call_later(self.write_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None
        super().resume_writing()

    def _start_head_timer(self) -> None:
        self._head_timer = self.loop.call_later(self.head_seconds, self.transport.close)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def limited_connection(head_seconds: float) -> type[LimitedConnection]:
    """Return the class that uvicorn makes connections of, with this time limit for heads."""
    return type("Connection", (LimitedConnection,), {"head_seconds": head_seconds})
