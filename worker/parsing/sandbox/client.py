"""One child that forks for each file: how files are read where the system can fork."""

import contextlib
import fcntl
import os
import socket
import subprocess
import tempfile
from typing import Any, Self

from worker.parsing.limits import ParserLimits
from worker.parsing.sandbox import protocol
from worker.parsing.sandbox.spawn import (
    START_SECONDS,
    ChildLost,
    command,
    did_not_start,
    environment,
    our_own_setup,
)

_GRACE_SECONDS = 10.0
_FIRST_FREE_DESCRIPTOR = 3


class ForkServer:
    """The child process, which forks for each file, and the connection to it."""

    def __init__(self, process: subprocess.Popen[bytes], connection: socket.socket) -> None:
        self._process = process
        self._connection = connection
        self.pid = process.pid
        self.owner = os.getpid()
        self.is_interrupted = False

    @classmethod
    def start(cls) -> Self:
        """Start a child and wait until it is ready. Raises ParserUnavailable."""
        with our_own_setup():
            ours, theirs = (_move_up(end) for end in socket.socketpair())
        try:
            with our_own_setup(), theirs, tempfile.TemporaryFile() as complaints:
                process = subprocess.Popen(  # noqa: S603  our own module, no input from anyone
                    command("fork_server", str(theirs.fileno())),
                    env=environment(),
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=complaints,
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
                theirs.close()
                child = cls(process, ours)
                try:
                    child._receive(START_SECONDS)
                except ChildLost as error:
                    child.end()
                    raise did_not_start(complaints, error) from error
        except BaseException:
            ours.close()  # on which a child that did start ends
            raise
        return child

    def ask(self, order: dict[str, Any], descriptor: int, limits: ParserLimits) -> dict[str, Any]:
        """Send an order with its file and wait for the answer. Raises ChildLost."""
        # The child keeps the wall limit itself; this is for a child that does not.
        seconds = limits.wall_for(limits.ocr_pages) + _GRACE_SECONDS
        try:
            self._connection.settimeout(seconds)
            protocol.send(self._connection, order, descriptor)
        except OSError as error:
            raise ChildLost(str(error)) from error
        return self._receive(seconds)

    def interrupt(self) -> None:
        """Have it stop, and `ask` raise ChildLost; from any thread. It is of no use then."""
        self.is_interrupted = True
        with contextlib.suppress(OSError):  # it is ending already
            self._connection.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        """Close the connection, on which the child ends by itself, and see that it does."""
        self._connection.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def abandon(self) -> None:
        """Forget a child that belongs to the process this one was forked from."""
        self._connection.close()
        self._process.returncode = 0  # not ours to wait for

    def _receive(self, seconds: float) -> dict[str, Any]:
        try:
            self._connection.settimeout(seconds)
            received = protocol.receive(self._connection)
        except (OSError, protocol.BrokenFrame) as error:
            raise ChildLost(str(error) or type(error).__name__) from error
        if received is None:
            raise ChildLost("it ended")
        return received[0]


def _move_up(end: socket.socket) -> socket.socket:
    """Keep a socket off the numbers of the standard streams, which may be closed here."""
    with end:
        return socket.socket(fileno=fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE_DESCRIPTOR))
