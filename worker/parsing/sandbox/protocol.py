"""Length-prefixed messages between the parser and its child: JSON, never pickle."""

import json
import os
import socket
import struct
from typing import Any

MAX_FRAME = 32 * 1024 * 1024

_LENGTH = struct.Struct(">L")
LENGTH_BYTES = _LENGTH.size
# A message without content, which comes before the answer: one more page goes to OCR.
TICK = _LENGTH.pack(0)


class BrokenFrame(Exception):
    """The other side ended within a message, or sent something that is none."""


def encode(message: dict[str, Any]) -> bytes:
    """Return a message with its length in front."""
    payload = json.dumps(message).encode("ascii")
    return _LENGTH.pack(len(payload)) + payload


def decode(payload: bytes | bytearray) -> dict[str, Any]:
    """Return the message of a frame without its length; raises BrokenFrame."""
    try:
        message = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise BrokenFrame("no JSON") from error
    if not isinstance(message, dict):
        raise BrokenFrame("no JSON object")
    return message


def payload_of(received: bytes | bytearray) -> bytes | bytearray | None:
    """Return the payload once `received` holds the whole frame, else None.

    Raises BrokenFrame when the frame is longer than any may be.
    """
    if len(received) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack_from(received)
    if length > MAX_FRAME:
        raise BrokenFrame("the message is too long")
    if len(received) < _LENGTH.size + length:
        return None
    return received[_LENGTH.size : _LENGTH.size + length]


class Incoming:
    """Collects the bytes of answers and counts the ticks before them."""

    def __init__(self) -> None:
        self.ticks = 0
        self._received = bytearray()

    def take(self, chunk: bytes) -> bytes | None:
        """Add some bytes; return the next frame once it is whole. Raises BrokenFrame."""
        self._received += chunk
        while self._received.startswith(TICK):
            del self._received[: len(TICK)]
            self.ticks += 1
        payload = payload_of(self._received)
        if payload is None:
            return None
        frame = bytes(self._received[: _LENGTH.size + len(payload)])
        del self._received[: len(frame)]
        return frame


def write(descriptor: int, message: dict[str, Any]) -> None:
    """Write a message to a pipe. Raises OSError when the other side is gone."""
    frame = memoryview(encode(message))
    while frame:
        frame = frame[os.write(descriptor, frame) :]


def send(connection: socket.socket, message: dict[str, Any], descriptor: int | None = None) -> None:
    """Send a message, and with it an open file. Raises OSError when the other side is gone."""
    frame = encode(message)
    if descriptor is None:
        connection.sendall(frame)
        return
    sent = socket.send_fds(connection, [frame], [descriptor])
    connection.sendall(frame[sent:])


def receive(connection: socket.socket) -> tuple[dict[str, Any], int | None] | None:
    """Wait for a message; None when the other side has closed.

    The descriptor of the file that came with it, if any, is the caller's to close. Raises
    BrokenFrame, and TimeoutError where the socket has a time limit.
    """
    first, descriptors, _, _ = socket.recv_fds(connection, 65536, 1)
    received = bytearray(first)
    try:
        while (payload := payload_of(received)) is None:
            chunk = connection.recv(1 << 20) if received else b""
            if not chunk:
                if received:
                    raise BrokenFrame("the other side ended within a message")
                return None
            received += chunk
        return decode(payload), descriptors.pop() if descriptors else None
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
