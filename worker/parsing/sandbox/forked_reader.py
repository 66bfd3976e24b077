"""The fork of the fork server that reads one file and ends."""

import contextlib
import os
import signal
import socket
import sys
from typing import Self

from worker.parsing.sandbox import kernel, protocol
from worker.parsing.sandbox.answer import ReaderEnd
from worker.parsing.sandbox.run import open_ocr, read_restricted

# The name in `ps` and `top`, at most 15 bytes.
READER_NAME = "parser-reader"


class ForkedReader:
    """A forked process that reads one file."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    @classmethod
    def start(cls, file: int, channel: int, directory: str, connection: int) -> Self:
        """Fork a reader, which closes the descriptor `connection` first. Raises OSError.

        The reader takes its order from the socket `channel` and answers there. It writes files in
        `directory` only.
        """
        # Asked before the fork: afterwards a reader without a parent would get its new one.
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            run_reader(file, channel, directory, parent, connection)
        with contextlib.suppress(OSError):  # the reader may have done it already
            os.setpgid(pid, pid)
        return cls(pid)

    def end(self) -> ReaderEnd:
        """Kill the reader and its process group, wait for its end, and return how it ended."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)
        _, status, usage = os.wait4(self._pid, 0)
        peak_bytes = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        return ReaderEnd(status, usage.ru_utime + usage.ru_stime, peak_bytes)


def run_reader(file: int, channel: int, directory: str, parent: int, connection: int) -> None:
    """Read the file and write the answer; then end the process without any clean-up."""
    try:
        os.close(connection)
        os.setpgid(0, 0)
        kernel.name_process(READER_NAME)
        with socket.socket(fileno=channel) as worker:
            message = protocol.receive(worker)
            if message is None:  # the worker is gone
                return
            order = protocol.decode_order(message, file)
            ocr = open_ocr(order, lambda: os.write(channel, protocol.OCR_PAGE_MARK))
            answer = read_restricted(
                order, directory, ocr, is_wanted=lambda: os.getppid() == parent
            )
            if answer is not None:
                protocol.write(channel, answer)
    finally:
        os.kill(os.getpid(), signal.SIGKILL)
