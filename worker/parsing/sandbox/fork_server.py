"""The process that forks a reader for each file.

Started as `python -m worker.parsing.sandbox.fork_server DESCRIPTOR`. It imports the reading
libraries and calls none of them, so that a fork is ready at once. For each file it forks a
reader, enforces the wall limit, passes the answer on, and kills and reaps the reader. It ends
when its parent closes the connection.
"""

import contextlib
import gc
import os
import resource
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.errors import FileError, FileErrorCode
from worker.parsing.limits import MIB, ParserLimits
from worker.parsing.sandbox import protocol
from worker.parsing.sandbox.forked_reader import ForkedReader
from worker.parsing.sandbox.jail import NOBODY_UID
from worker.parsing.sandbox.preload import preload
from worker.parsing.sandbox.run import silence_output

_CHUNK = 1 << 16


class ParentGone(Exception):
    """The parent closed the connection while a file was being read."""


@dataclass(frozen=True, slots=True)
class ReadResult:
    """The outcome of waiting for a reader: the frame of its answer, or None without one.

    `timed_out` tells whether the time ran out; each of the `ocr_pages` extended it.
    """

    answer: bytes | None
    timed_out: bool = False
    ocr_pages: int = 0


def main(descriptor: int) -> None:
    """Serve the parent at the other end of a socket until it closes."""
    with socket.socket(fileno=descriptor) as connection:
        preload()
        # Readers share the objects of the imports with this process: no collection may write
        # to them.
        gc.collect()
        gc.freeze()
        silence_output()
        protocol.send(connection, {"ready": os.getpid()})
        with contextlib.suppress(ParentGone, BrokenPipeError, ConnectionResetError):
            serve(connection)


def serve(connection: socket.socket) -> None:
    """Have files read until the parent closes the connection. Raises ParentGone."""
    while (received := protocol.receive(connection)) is not None:
        message, file = received
        if file is None:
            raise protocol.BrokenFrame("an order without a file")
        _read_file(connection, message, file)


def _read_file(connection: socket.socket, message: dict[str, Any], file: int) -> None:
    """Have one file read; send the reader's answer, or the reason why there is none."""
    order = protocol.decode_order(message, file)
    with contextlib.ExitStack() as stack:
        try:
            directory = stack.enter_context(_private_directory())
            reader = ForkedReader.start(order, directory, connection.fileno())
        except OSError as error:
            sentence = f"the system refused a resource needed to read the file: {error}"
            connection.sendall(protocol.encode({"unavailable": sentence}))
            return
        finally:
            os.close(file)
        try:
            result = _await_answer(reader.answers, connection, order.limits)
            # The parent need not wait for the end of a large process.
            reader.kill()
            if result.answer is not None:
                connection.sendall(result.answer)
        finally:
            status, usage = reader.end()
    if result.answer is None:
        reason = end_error(result, status, usage, order.limits)
        connection.sendall(protocol.encode(protocol.error_message(reason)))


@contextlib.contextmanager
def _private_directory() -> Iterator[str]:
    """Make the only directory that the reader may write in, and remove it at the end.

    Raises OSError when it cannot be made.
    """
    directory = tempfile.mkdtemp(prefix="pigeonhole-")
    try:
        if os.getuid() == 0:
            with contextlib.suppress(PermissionError):  # root without capabilities
                os.chown(directory, NOBODY_UID, NOBODY_UID)
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _await_answer(answers: int, connection: socket.socket, limits: ParserLimits) -> ReadResult:
    """Wait for the reader's whole answer within its time, which grows with the pages by OCR.

    Raises ParentGone when the parent closes the connection meanwhile.
    """
    start = time.monotonic()
    poll = select.poll()
    poll.register(answers, select.POLLIN)
    poll.register(connection, 0)  # reports only that it was closed
    buffer = protocol.AnswerBuffer()
    while (left := start + limits.wall_for(buffer.ocr_pages) - time.monotonic()) > 0:
        for descriptor, _ in poll.poll(left * 1000):
            if descriptor != answers:
                raise ParentGone
            chunk = os.read(answers, _CHUNK)
            try:
                frame = buffer.add(chunk)
            except protocol.BrokenFrame:
                return ReadResult(None, ocr_pages=buffer.ocr_pages)
            if frame is not None or not chunk:
                return ReadResult(frame, ocr_pages=buffer.ocr_pages)
    return ReadResult(None, timed_out=True, ocr_pages=buffer.ocr_pages)


def end_error(
    result: ReadResult, status: int, usage: resource.struct_rusage, limits: ParserLimits
) -> FileError:
    """Return the error of a file without an answer: the limit that it exceeded, or damage.

    `status` and `usage` are what `os.wait4` returned.
    """
    ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    cpu_seconds = usage.ru_utime + usage.ru_stime
    peak_bytes = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    cpu, wall = limits.cpu_for(result.ocr_pages), limits.wall_for(result.ocr_pages)
    if ended_by == signal.SIGXCPU or cpu_seconds >= cpu:
        return FileError(
            FileErrorCode.TIMEOUT,
            f"reading the file used more than {cpu} seconds of CPU time",
        )
    if result.timed_out:
        return FileError(
            FileErrorCode.TIMEOUT, f"reading the file took longer than {wall:g} seconds"
        )
    # A SIGKILL that this program did not send comes from the kernel, out of memory. Libraries
    # abort when an allocation fails; any other crash leaves most of the memory unused.
    if ended_by == signal.SIGKILL or peak_bytes > limits.memory_bytes / 2:
        return FileError(
            FileErrorCode.OUT_OF_MEMORY,
            f"reading the file needs more than the memory limit of {limits.memory_bytes // MIB} MB",
        )
    return FileError(FileErrorCode.CORRUPT, "the file is damaged: its reader crashed on it")


if __name__ == "__main__":
    main(int(sys.argv[1]))
