"""Messages between the worker, the fork server and its readers: JSON with a length in front.

JSON and not pickle, because a hostile file may have taken over the process that answers. This
module imports no reading library: the worker, which only waits for answers, loads none of them.
"""

import json
import os
import socket
import struct
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.errors import FileError, FileErrorCode
from app.jobs.pages import PageSelection
from worker.parsing.limits import MIB, ParserLimits
from worker.parsing.ocr.installed import OcrChoice
from worker.parsing.rendered_page import RenderRequest
from worker.parsing.request import ParseRequest

Message = dict[str, Any]

MAX_FRAME = 32 * 1024 * 1024

_LENGTH = struct.Struct(">L")
# An empty message, which a reader sends before each page that it reads by OCR.
OCR_PAGE_MARK = _LENGTH.pack(0)

# What the worker sends to the fork server, which learns nothing else of a file: these bytes, the
# first with the descriptors of the file and of the reader's socket.
_START, _END = b"s", b"e"


class BrokenFrame(Exception):
    """The other side ended within a message, or sent an invalid one."""


@dataclass(frozen=True, slots=True)
class Order:
    """One file to read: its name and descriptor, the request, the limits, the OCR models.

    With `render` a page is drawn instead.
    """

    name: str
    descriptor: int
    request: ParseRequest
    limits: ParserLimits
    ocr: OcrChoice
    render: RenderRequest | None = None


def encode_order(
    name: str,
    request: ParseRequest,
    limits: ParserLimits,
    ocr: OcrChoice,
    render: RenderRequest | None = None,
) -> Message:
    """Return the message that orders the reading of a file, whose descriptor is sent with it."""
    selection = request.selection
    return {
        "name": name,
        "max_pages": selection.max_pages,
        "target_pages": selection.target_pages,
        "lang": request.lang,
        "mode": request.mode,
        "enough": request.enough,
        "limits": asdict(limits),
        "ocr": asdict(ocr),
        "render": None if render is None else asdict(render),
    }


def decode_order(message: Message, descriptor: int) -> Order:
    """Return the order of a message made by `encode_order`."""
    selection = PageSelection.of(message["max_pages"], message["target_pages"])
    request = ParseRequest(selection, message["lang"], message["mode"], message["enough"])
    choice = message["ocr"]
    others = {lang: tuple(models) for lang, models in choice["others"].items()}
    ocr = OcrChoice(**{**choice, "models": tuple(choice["models"]), "others": others})
    render = message["render"] and RenderRequest(**message["render"])
    limits = ParserLimits(**message["limits"])
    return Order(message["name"], descriptor, request, limits, ocr, render)


def error_message(error: FileError) -> Message:
    """Return the message for an error of the file."""
    return {"error": {"code": error.code.value, "sentence": error.sentence}}


def memory_error(limits: ParserLimits) -> FileError:
    """Return the error of a file that cannot be read within the memory limit."""
    return FileError(
        FileErrorCode.OUT_OF_MEMORY,
        f"reading the file needs more than the memory limit of {limits.memory_bytes // MIB} MB",
    )


def internal_error_message(error: Exception) -> Message:
    """Return the message for a fault of this program; `detail` has its place, for the log."""
    fault = FileError(FileErrorCode.INTERNAL, "the server could not read the file")
    return {**error_message(fault), "detail": _locate(error)}


def _locate(error: Exception) -> str:
    """Return the error's type and its lines.

    Leaves out the error's message, which may quote the document, and the source lines, which the
    process may be unable to read.
    """
    places = []
    trace = error.__traceback__
    while trace:
        code = trace.tb_frame.f_code
        places.append(f"{Path(code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{type(error).__name__} at {' > '.join(places[-4:])}"


def encode(message: Message) -> bytes:
    """Return a message with its length in front."""
    payload = json.dumps(message).encode("ascii")
    return _LENGTH.pack(len(payload)) + payload


def decode(payload: bytes | bytearray) -> Message:
    """Return the message of a frame without its length. Raises BrokenFrame."""
    try:
        message = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise BrokenFrame("the message is not JSON") from error
    if not isinstance(message, dict):
        raise BrokenFrame("the message is not a JSON object")
    return message


def payload_of(received: bytes | bytearray) -> bytes | bytearray | None:
    """Return the payload once `received` has the whole frame, before that None.

    Raises BrokenFrame when the frame is longer than MAX_FRAME.
    """
    if len(received) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack_from(received)
    if length > MAX_FRAME:
        raise BrokenFrame("the message is too long")
    if len(received) < _LENGTH.size + length:
        return None
    return received[_LENGTH.size : _LENGTH.size + length]


class AnswerBuffer:
    """Collects the bytes that a reader writes: marks of pages read by OCR, then its answer."""

    def __init__(self) -> None:
        self.ocr_pages = 0
        self._received = bytearray()

    def add(self, chunk: bytes) -> bytes | None:
        """Add some bytes; return the answer's payload once it is whole. Raises BrokenFrame."""
        self._received += chunk
        while self._received.startswith(OCR_PAGE_MARK):
            del self._received[: len(OCR_PAGE_MARK)]
            self.ocr_pages += 1
        payload = payload_of(self._received)
        return None if payload is None else bytes(payload)


def write(descriptor: int, message: Message) -> None:
    """Write a message to a descriptor. Raises OSError when the other side has closed it."""
    frame = memoryview(encode(message))
    while frame:
        frame = frame[os.write(descriptor, frame) :]


def send(connection: socket.socket, message: Message) -> None:
    """Send a message. Raises OSError when the other side is gone."""
    connection.sendall(encode(message))


def receive(connection: socket.socket) -> Message | None:
    """Wait for a message; None when the other side has closed.

    Raises BrokenFrame, and TimeoutError where the socket has a time limit.
    """
    received = bytearray()
    while (payload := payload_of(received)) is None:
        chunk = connection.recv(1 << 16)
        if not chunk:
            if received:
                raise BrokenFrame("the other side ended within a message")
            return None
        received += chunk
    return decode(payload)


def send_start(connection: socket.socket, file: int, channel: int) -> None:
    """Order a reader for an open file, with the socket for its order and its answer.

    Raises OSError when the other side is gone.
    """
    socket.send_fds(connection, [_START], [file, channel])


def receive_start(connection: socket.socket) -> tuple[int, int] | None:
    """Wait for an order of `send_start`; None when the other side has closed.

    The caller closes both descriptors. Raises BrokenFrame.
    """
    received, descriptors, _, _ = socket.recv_fds(connection, 1, 2)
    if not received:
        return None
    if received != _START or len(descriptors) != 2:
        for descriptor in descriptors:
            os.close(descriptor)
        raise BrokenFrame("an order without a file")
    file, channel = descriptors
    return file, channel


def send_end(connection: socket.socket) -> None:
    """Have the fork server end the reader and report. Raises OSError when it is gone."""
    connection.sendall(_END)
