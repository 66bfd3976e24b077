"""The fork of the fork server that reads one file and ends."""

import contextlib
import os
import resource
import signal
from typing import Self

from worker.parsing.sandbox import kernel, protocol
from worker.parsing.sandbox.protocol import Order
from worker.parsing.sandbox.run import open_ocr, read_restricted

# The name in `ps` and `top`, at most 15 bytes.
READER_NAME = "parser-reader"


class ForkedReader:
    """A forked process that reads one file; `answers` is the pipe that its answer comes from."""

    def __init__(self, pid: int, answers: int) -> None:
        self.answers = answers
        self._pid = pid

    @classmethod
    def start(cls, order: Order, directory: str, connection: int) -> Self:
        """Fork a reader, which closes the descriptor `connection` first. Raises OSError.

        The reader writes files in `directory` only.
        """
        answers, writer = os.pipe()
        # Asked before the fork: afterwards a reader without a parent would get its new one.
        parent = os.getpid()
        try:
            pid = os.fork()
            if pid == 0:
                run_reader(order, directory, writer, parent, (connection, answers))
        except BaseException:
            os.close(answers)
            raise
        finally:
            os.close(writer)
        with contextlib.suppress(OSError):  # the reader may have done it already
            os.setpgid(pid, pid)
        return cls(pid, answers)

    def kill(self) -> None:
        """Kill the reader and its process group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)

    def end(self) -> tuple[int, resource.struct_rusage]:
        """Kill the reader, wait for its end, and return its status and resource usage."""
        self.kill()
        os.close(self.answers)
        _, status, usage = os.wait4(self._pid, 0)
        return status, usage


def run_reader(
    order: Order, directory: str, writer: int, parent: int, unneeded: tuple[int, ...] = ()
) -> None:
    """Read the file and write the answer; then end the process without any clean-up."""
    try:
        for descriptor in unneeded:
            os.close(descriptor)
        os.setpgid(0, 0)
        kernel.name_process(READER_NAME)
        ocr = open_ocr(order, lambda: os.write(writer, protocol.OCR_PAGE_MARK))
        answer = read_restricted(order, directory, ocr, is_wanted=lambda: os.getppid() == parent)
        if answer is not None:
            protocol.write(writer, answer)
    finally:
        os.kill(os.getpid(), signal.SIGKILL)
