"""Copies of the process that stands between: each waits for one file, reads it and dies."""

import contextlib
import os
import resource
import signal
import socket
from collections.abc import Sequence
from typing import Any, Self

from worker.parsing.sandbox import kernel, protocol
from worker.parsing.sandbox.order import read_order
from worker.parsing.sandbox.run import answer, open_ocr

# What `ps` and `top` show, at most 15 bytes.
WAITING, READER_NAME = "parser-spare", "parser-reader"


class Copy:
    """A fork of this process that waits for its one file; `answers` is where to read from."""

    def __init__(self, pid: int, orders: socket.socket, answers: int) -> None:
        self.answers = answers
        self._pid = pid
        self._orders = orders

    @classmethod
    def fork(cls, unneeded: Sequence[int]) -> Self:
        """Start a copy, which closes the descriptors `unneeded` first. Raises OSError."""
        orders, theirs = socket.socketpair()
        with theirs, contextlib.ExitStack() as stack:
            stack.callback(orders.close)
            answers, writer = os.pipe()
            stack.callback(os.close, answers)
            # Asked before the fork: a copy whose parent is gone by then would be told its new one.
            parent = os.getpid()
            try:
                pid = os.fork()
                if pid == 0:
                    for descriptor in (*unneeded, orders.fileno(), answers):
                        os.close(descriptor)
                    serve_once(theirs, writer, parent)
            finally:
                os.close(writer)
            stack.pop_all()
        with contextlib.suppress(OSError):  # the copy may have done it already
            os.setpgid(pid, pid)
        return cls(pid, orders, answers)

    def read(self, message: dict[str, Any], file: int, directory: str) -> None:
        """Have it read the file by an order's message, and write in `directory`.

        Raises OSError when it is gone.
        """
        with self._orders:
            protocol.send(self._orders, {"order": message, "directory": directory}, file)

    def kill(self) -> None:
        """Kill it with all that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)

    def end(self) -> tuple[int, resource.struct_rusage]:
        """Kill it, wait until it is gone, and return its status and what it used."""
        self.kill()
        self._orders.close()
        os.close(self.answers)
        _, status, usage = os.wait4(self._pid, 0)
        return status, usage


def serve_once(orders: socket.socket, writer: int, parent: int) -> None:
    """Be the copy: wait for a file, read it, and end without running anything on the way out."""
    try:
        os.setpgid(0, 0)
        kernel.name_process(WAITING)
        received = protocol.receive(orders)
        if received is not None:
            kernel.name_process(READER_NAME)
            _read(*received, writer, parent)
    finally:
        os.kill(os.getpid(), signal.SIGKILL)


def _read(message: dict[str, Any], file: int | None, writer: int, parent: int) -> None:
    if file is None:
        raise protocol.BrokenFrame("an order without a file")
    order = read_order(message["order"], file)
    ocr = open_ocr(order, lambda: os.write(writer, protocol.TICK))
    directory = message["directory"]
    given = answer(order, directory, ocr, is_wanted=lambda: os.getppid() == parent)
    if given is not None:
        protocol.write(writer, given)
