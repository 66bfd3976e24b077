"""Waiting for the answer of a reader, in the worker, and the errors of files without one."""

import os
import select
import signal
import socket
import time
from dataclasses import dataclass

from app.errors import FileError, FileErrorCode
from worker.parsing.limits import ParserLimits
from worker.parsing.sandbox import protocol
from worker.parsing.sandbox.spawn import ServerLost

_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class ReadResult:
    """The outcome of waiting for a reader: the payload of its answer, or None without one.

    `timed_out` tells whether the time ran out; each of the `ocr_pages` extended it.
    """

    answer: bytes | None
    timed_out: bool = False
    ocr_pages: int = 0


@dataclass(frozen=True, slots=True)
class ReaderEnd:
    """How a reader ended: its status as `os.wait4` returns it, and what it used."""

    status: int
    cpu_seconds: float
    peak_bytes: int


def await_answer(reader: socket.socket, server: socket.socket, limits: ParserLimits) -> ReadResult:
    """Wait for the reader's whole answer within its time, which grows with the pages by OCR.

    Raises ServerLost when the connection to the fork server closes meanwhile.
    """
    start = time.monotonic()
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    poll.register(server, 0)  # reports only that it was closed
    buffer = protocol.AnswerBuffer()
    while (left := start + limits.wall_for(buffer.ocr_pages) - time.monotonic()) > 0:
        for descriptor, _ in poll.poll(left * 1000):
            if descriptor != reader.fileno():
                raise ServerLost("the process ended")
            try:
                chunk = reader.recv(_CHUNK)
                answer = buffer.add(chunk)
            except (protocol.BrokenFrame, ConnectionResetError):
                return ReadResult(None, ocr_pages=buffer.ocr_pages)
            if answer is not None or not chunk:
                return ReadResult(answer, ocr_pages=buffer.ocr_pages)
    return ReadResult(None, timed_out=True, ocr_pages=buffer.ocr_pages)


def end_error(result: ReadResult, end: ReaderEnd, limits: ParserLimits) -> FileError:
    """Return the error of a file without an answer: the limit that it exceeded, or damage."""
    ended_by = os.WTERMSIG(end.status) if os.WIFSIGNALED(end.status) else 0
    cpu, wall = limits.cpu_for(result.ocr_pages), limits.wall_for(result.ocr_pages)
    if ended_by == signal.SIGXCPU or end.cpu_seconds >= cpu:
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
    if ended_by == signal.SIGKILL or end.peak_bytes > limits.memory_bytes / 2:
        return protocol.memory_error(limits)
    return FileError(FileErrorCode.CORRUPT, "the file is damaged: its reader crashed on it")
