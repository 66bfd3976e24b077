"""The time that a body may take."""

import asyncio

import pytest
from starlette.exceptions import HTTPException
from starlette.types import Message

from app.api.middleware.body import BodyTimeout


def test_a_fast_beginning_buys_no_time_for_a_trickle() -> None:
    pieces = [b"x" * 1_000_000, *[b"x"] * 50]

    async def receive() -> Message:
        piece = pieces.pop(0)
        if len(piece) == 1:
            await asyncio.sleep(0.02)
        return {"type": "http.request", "body": piece, "more_body": True}

    async def read() -> None:
        body = BodyTimeout(receive, seconds=0.1)
        while pieces:
            await body.receive()

    with pytest.raises(HTTPException) as refused:
        asyncio.run(read())

    assert refused.value.status_code == 408
    assert pieces
