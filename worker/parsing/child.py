"""The process that stands between the worker and strangers' files.

Started as `python -m worker.parsing.child DESCRIPTOR`. It imports the libraries, calls none
of them, and for each file forks a process that gives up its rights, reads the file, answers
and dies. This process only counts the seconds, reaps, and passes the answer on. It ends when
its parent closes the connection.
"""

import contextlib
import gc
import os
import select
import signal
import socket
import sys
import time

from worker.parsing import frames
from worker.parsing.answer import answer, error_message, fall_silent, open_ocr
from worker.parsing.directory import private_directory
from worker.parsing.ending import Waited, describe, explain
from worker.parsing.limits import ParserLimits
from worker.parsing.order import Order, read_order
from worker.parsing.preload import preload

_CHUNK = 1 << 16


class ParentGone(Exception):
    """The parent closed the connection while a file was being read."""


def main(descriptor: int) -> None:
    """Serve the parent at the other end of a socket until it closes."""
    with socket.socket(fileno=descriptor) as connection:
        preload()
        # What the imports made will never be collected: copies of the process share it.
        gc.collect()
        gc.freeze()
        fall_silent()
        frames.send(connection, {"ready": os.getpid()})
        with contextlib.suppress(ParentGone, BrokenPipeError, ConnectionResetError):
            while (received := frames.receive(connection)) is not None:
                message, file = received
                if file is None:
                    raise frames.BrokenFrame("an order without a file")
                try:
                    order = read_order(message, file)
                    connection.sendall(_answer(order, connection))
                finally:
                    os.close(file)


def _answer(order: Order, connection: socket.socket) -> bytes:
    """Return the frame to answer with, also when the system refuses a directory or a process."""
    try:
        return read_in_copy(order, connection)
    except OSError as error:
        return frames.encode(
            {"unavailable": f"reading files needs what the system refuses: {error}"}
        )


def read_in_copy(order: Order, connection: socket.socket) -> bytes:
    """Read one file in a fork of this process; return the frame to answer with.

    Raises ParentGone after killing the copy, and OSError when it cannot be made.
    """
    with private_directory() as directory:
        copy, reader = _fork(order, directory, connection)
        try:
            waited = _await_answer(reader, connection, order.limits)
        finally:
            os.close(reader)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(copy, signal.SIGKILL)
            _, status, usage = os.wait4(copy, 0)
    if waited.answer is not None:
        return waited.answer
    error = explain(describe(waited, status, usage), order.limits)
    return frames.encode(error_message(error))


def _fork(order: Order, directory: str, connection: socket.socket) -> tuple[int, int]:
    """Start the copy; return its process id and the descriptor to read its answer from."""
    reader, writer = os.pipe()
    # Asked before the fork: a copy whose parent is gone by then would be told its new parent.
    parent = os.getpid()
    try:
        copy = os.fork()
        if copy == 0:
            os.close(reader)
            connection.close()
            _read_and_die(order, directory, writer, parent)
    except OSError:
        os.close(reader)
        raise
    finally:
        os.close(writer)
    with contextlib.suppress(OSError):  # the copy may have done it already
        os.setpgid(copy, copy)
    return copy, reader


def _await_answer(reader: int, connection: socket.socket, limits: ParserLimits) -> Waited:
    """Wait for the copy's whole frame within its time, which grows with its pages by OCR."""
    start = time.monotonic()
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    poll.register(connection, 0)  # nothing is expected but its end
    incoming = frames.Incoming()
    while (left := start + limits.wall_for(incoming.ticks) - time.monotonic()) > 0:
        for descriptor, _ in poll.poll(left * 1000):
            if descriptor != reader:
                raise ParentGone
            chunk = os.read(reader, _CHUNK)
            try:
                frame = incoming.take(chunk)
            except frames.BrokenFrame:
                return Waited(None, ocr_pages=incoming.ticks)
            if frame is not None or not chunk:
                return Waited(frame, ocr_pages=incoming.ticks)
    return Waited(None, timed_out=True, ocr_pages=incoming.ticks)


def _read_and_die(order: Order, directory: str, writer: int, parent: int) -> None:
    """Be the copy: read the file, answer, and end without running anything on the way out."""
    try:
        os.setpgid(0, 0)
        ocr = open_ocr(order, lambda: os.write(writer, frames.TICK))
        message = answer(order, directory, ocr, is_wanted=lambda: os.getppid() == parent)
        if message is not None:
            frames.write(writer, message)
    finally:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(int(sys.argv[1]))
