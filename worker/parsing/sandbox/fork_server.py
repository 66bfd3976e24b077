"""The process that stands between the worker and strangers' files.

Started as `python -m worker.parsing.sandbox.fork_server DESCRIPTOR`. It imports the libraries,
calls none of them, and has each file read by a copy of itself, which gives up its rights, reads
the file,
answers and dies. The copy for the next file is made once the answer is out: a file need not wait
for the fork. This process only counts the seconds, reaps, and passes the answer on. It ends when
its parent closes the connection.
"""

import contextlib
import gc
import os
import select
import socket
import sys
import time
from typing import Any

from worker.parsing.limits import ParserLimits
from worker.parsing.sandbox import protocol
from worker.parsing.sandbox.directory import private_directory
from worker.parsing.sandbox.exit_status import Waited, describe, explain
from worker.parsing.sandbox.forked_reader import Copy
from worker.parsing.sandbox.heap import fill_gaps
from worker.parsing.sandbox.messages import error_message
from worker.parsing.sandbox.order import read_order
from worker.parsing.sandbox.preload import preload
from worker.parsing.sandbox.run import fall_silent

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
        fill_gaps()
        fall_silent()
        protocol.send(connection, {"ready": os.getpid()})
        with contextlib.suppress(ParentGone, BrokenPipeError, ConnectionResetError):
            Supervisor(connection).serve()


class Supervisor:
    """Has files read one after another, with one copy waiting for the next."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._spare: Copy | None = None

    def serve(self) -> None:
        """Answer the parent until it closes the connection, or raise ParentGone."""
        try:
            self._prepare()
            while (received := protocol.receive(self._connection)) is not None:
                message, file = received
                if file is None:
                    raise protocol.BrokenFrame("an order without a file")
                self._have_read(message, file)
        finally:
            if self._spare is not None:
                self._spare.end()

    def _have_read(self, message: dict[str, Any], file: int) -> None:
        """Have a copy read one file and send its answer, or why there is none."""
        limits = read_order(message, file).limits
        with contextlib.ExitStack() as stack:
            try:
                directory = stack.enter_context(private_directory())
                copy = self._hand_over(message, file, directory)
            except OSError as error:
                sentence = f"reading files needs what the system refuses: {error}"
                self._connection.sendall(protocol.encode({"unavailable": sentence}))
                return
            finally:
                os.close(file)
            try:
                waited = _await_answer(copy.answers, self._connection, limits)
                # Whatever has answered has no more to do, and the worker need not wait for the
                # end of a large process.
                copy.kill()
                if waited.answer is not None:
                    self._connection.sendall(waited.answer)
                # The kernel likes to wake a process on the processor of the one that wakes it:
                # the worker would wait for the fork, as the reader would for a fork before this.
                os.sched_yield()
                self._prepare(copy.answers)
            finally:
                status, usage = copy.end()
        if waited.answer is None:
            reason = explain(describe(waited, status, usage), limits)
            self._connection.sendall(protocol.encode(error_message(reason)))

    def _hand_over(self, message: dict[str, Any], file: int, directory: str) -> Copy:
        """Give a file to the copy that waits, or to a new one. Raises OSError."""
        spare, self._spare = self._spare, None
        if spare is not None:
            try:
                spare.read(message, file, directory)
            except OSError:  # somebody killed it while it waited
                spare.end()
            else:
                return spare
        copy = Copy.fork((self._connection.fileno(), file))
        try:
            copy.read(message, file, directory)
        except BaseException:
            copy.end()
            raise
        return copy

    def _prepare(self, *unneeded: int) -> None:
        """Make the copy for the next file; if the system refuses, that file makes its own."""
        with contextlib.suppress(OSError):
            self._spare = Copy.fork((self._connection.fileno(), *unneeded))


def _await_answer(reader: int, connection: socket.socket, limits: ParserLimits) -> Waited:
    """Wait for the copy's whole frame within its time, which grows with its pages by OCR."""
    start = time.monotonic()
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    poll.register(connection, 0)  # nothing is expected but its end
    incoming = protocol.Incoming()
    while (left := start + limits.wall_for(incoming.ticks) - time.monotonic()) > 0:
        for descriptor, _ in poll.poll(left * 1000):
            if descriptor != reader:
                raise ParentGone
            chunk = os.read(reader, _CHUNK)
            try:
                frame = incoming.take(chunk)
            except protocol.BrokenFrame:
                return Waited(None, ocr_pages=incoming.ticks)
            if frame is not None or not chunk:
                return Waited(frame, ocr_pages=incoming.ticks)
    return Waited(None, timed_out=True, ocr_pages=incoming.ticks)


if __name__ == "__main__":
    main(int(sys.argv[1]))
