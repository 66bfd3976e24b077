"""The client of the fork server: starts the process and exchanges messages with it."""

import contextlib
import fcntl
import os
import socket
import subprocess
import tempfile
from typing import IO, Self

from worker.parsing.limits import ParserLimits
from worker.parsing.ocr.installed import OcrChoice
from worker.parsing.sandbox import protocol
from worker.parsing.sandbox.answer import ReaderEnd, await_answer, end_error
from worker.parsing.sandbox.protocol import Message
from worker.parsing.sandbox.spawn import (
    START_SECONDS,
    ServerLost,
    as_unavailable,
    command,
    environment,
    start_error,
)

_GRACE_SECONDS = 10.0
_FIRST_FREE_DESCRIPTOR = 3


class ForkServer:
    """The fork server process and the connection to it; `owner` is the process that started it."""

    def __init__(
        self, process: subprocess.Popen[bytes], connection: socket.socket, stderr: IO[bytes]
    ) -> None:
        self._process = process
        self._connection = connection
        # What it writes until it is ready; None afterwards.
        self._stderr: IO[bytes] | None = stderr
        self.pid = process.pid
        self.owner = os.getpid()
        self.is_interrupted = False
        self._has_reader = False

    @classmethod
    def start(cls, ocr: OcrChoice) -> Self:
        """Start a fork server with loaded models, which is not ready yet.

        Raises ParserUnavailable.
        """
        with as_unavailable(), contextlib.ExitStack() as opened:
            ours, theirs = (opened.enter_context(_move_up(end)) for end in socket.socketpair())
            stderr = opened.enter_context(tempfile.TemporaryFile())
            process = subprocess.Popen(  # noqa: S603  our own module, no input from clients
                command(theirs.fileno(), ocr),
                env=environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
            theirs.close()
            opened.pop_all()
        return cls(process, ours, stderr)

    def wait_until_ready(self) -> None:
        """Wait until the server can read files; at once when it was ready before.

        Raises ParserUnavailable when it did not start, and ServerLost after `interrupt`.
        """
        if self._stderr is None:
            return
        try:
            self._receive(START_SECONDS)
        except ServerLost as error:
            if self.is_interrupted:
                raise
            self._await_process()
            raise start_error(self._stderr, error) from error
        self._close_stderr()

    def read_file(self, order: Message, descriptor: int, limits: ParserLimits) -> Message:
        """Have a file read and wait for the answer. Raises FileError and ServerLost.

        The answer is `{"unavailable": sentence}` when this machine refused to fork a reader.
        """
        with self.start_reader(descriptor) as reader:
            self._send_order(reader, order)
            result = await_answer(reader, self._connection, limits)
            self._end_reader()
        if result.answer is not None:
            # The end of a large process takes a while: it is awaited before the next file.
            return self._decode(result.answer)
        end = self._await_end()
        if "unavailable" in end:
            return end
        raise end_error(result, ReaderEnd(**end), limits)

    def start_reader(self, descriptor: int) -> socket.socket:
        """Have a reader forked, which waits on the returned socket for the order to read the file.

        Raises ParserUnavailable and ServerLost.
        """
        if self._has_reader:
            self._await_end()
        with as_unavailable():
            ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._connection.settimeout(_GRACE_SECONDS)
                protocol.send_start(self._connection, descriptor, theirs.fileno())
            except OSError as error:
                ours.close()
                raise ServerLost(str(error)) from error
        self._has_reader = True
        return ours

    def interrupt(self) -> None:
        """Stop the server, from any thread; `read_file` raises ServerLost from then on."""
        self.is_interrupted = True
        with contextlib.suppress(OSError):  # the server is ending already
            self._connection.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        """End the server: at once while it starts, otherwise by closing the connection."""
        if self._stderr is not None:
            self._process.kill()
        self._await_process()
        self._close_stderr()

    def _await_process(self) -> None:
        """Close the connection, on which the server ends; kill it if it does not."""
        self._connection.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def abandon(self) -> None:
        """Close the connection of a server that belongs to the process this one was forked from."""
        self._connection.close()
        self._close_stderr()
        self._process.returncode = 0  # this process cannot wait for it

    def _close_stderr(self) -> None:
        if self._stderr is not None:
            self._stderr.close()
            self._stderr = None

    def _send_order(self, reader: socket.socket, order: Message) -> None:
        try:
            reader.settimeout(_GRACE_SECONDS)
            protocol.send(reader, order)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the reader could not be forked or has ended: the fork server tells why
        except OSError as error:
            raise ServerLost(str(error)) from error

    def _end_reader(self) -> None:
        try:
            protocol.send_end(self._connection)
        except OSError as error:
            raise ServerLost(str(error)) from error

    def _await_end(self) -> Message:
        """Return the report on the reader that was ended last."""
        end = self._receive(_GRACE_SECONDS)
        self._has_reader = False
        return end

    def _receive(self, seconds: float) -> Message:
        try:
            self._connection.settimeout(seconds)
            received = protocol.receive(self._connection)
        except (OSError, protocol.BrokenFrame) as error:
            raise ServerLost(str(error) or type(error).__name__) from error
        if received is None:
            raise ServerLost("the process ended")
        return received

    def _decode(self, answer: bytes) -> Message:
        try:
            return protocol.decode(answer)
        except protocol.BrokenFrame as error:
            raise ServerLost(str(error)) from error


def _move_up(end: socket.socket) -> socket.socket:
    """Keep a socket off the numbers of the standard streams, which may be closed here."""
    with end:
        return socket.socket(fileno=fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE_DESCRIPTOR))
