"""How long a request's body may take."""

import time

import anyio
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

# Slower than a telephone line; an SDK gives up an upload after a minute anyway.
SLOWEST_BYTES_PER_SECOND = 500

TOO_SLOW = "The body of the request did not arrive in time."


class Patience:
    """Waits for a body, and raises HTTPException 408 when it comes too slowly.

    Only the time spent waiting for the client counts: `seconds` at a time, and altogether as
    much again as the bytes that have come would take at the slowest speed allowed.
    """

    def __init__(self, receive: Receive, seconds: float) -> None:
        self._receive = receive
        self._seconds = seconds
        self._left = seconds
        self._is_complete = False

    async def receive(self) -> Message:
        """Return the next message; after the last one of the body wait without a limit."""
        if self._is_complete:
            return await self._receive()
        began = time.monotonic()
        try:
            with anyio.fail_after(max(0.0, min(self._seconds, self._left))):
                message = await self._receive()
        except TimeoutError:
            # The rest may be on its way: the connection cannot be used again.
            raise HTTPException(408, TOO_SLOW, {"Connection": "close"}) from None
        self._left += len(message.get("body", b"")) / SLOWEST_BYTES_PER_SECOND
        self._left -= time.monotonic() - began
        self._is_complete = not message.get("more_body", False)
        return message
