"""Reading strangers' files where they can do no harm."""

import contextlib
import fcntl
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from app.errors import FileError, FileErrorCode
from worker.parsing import frames
from worker.parsing.child import write_order
from worker.parsing.document import Document
from worker.parsing.limits import ParserLimits
from worker.parsing.ocr_data import OcrData, find_ocr
from worker.parsing.request import ParseRequest

logger = logging.getLogger(__name__)

# The child keeps the wall limit itself; this is for a child that does not.
_GRACE_SECONDS = 10.0
_START_SECONDS = 60.0
_ATTEMPTS = 2
_FIRST_FREE_DESCRIPTOR = 3
_CODE_ROOT = Path(__file__).resolve().parents[2]
_KEPT_VARIABLES = ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG", "COVERAGE_FILE")


class ParserUnavailable(Exception):
    """The machine, not the file, is at fault: the file may be tried again."""


class ChildLost(Exception):
    """The child ended, or said something that is no answer."""


class SandboxedParser:
    """Reads files, each in a process of its own that is killed at the limits.

    Starts one child at the first file and keeps it; takes one file at a time, from any thread.
    After a fork each process must use a parser of its own; one that was inherited starts a
    child of its own.
    """

    def __init__(self, limits: ParserLimits | None = None, ocr: OcrData | None = None) -> None:
        """Read within `limits`, and pictures with the models of `ocr`: all that are found."""
        self._limits = limits or ParserLimits()
        self._ocr = find_ocr() if ocr is None else ocr
        self._lock = threading.Lock()
        self._child: _Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def child_pid(self) -> int | None:
        """The process id of the child, None while there is none."""
        child = self._child
        return child.pid if child else None

    def parse(self, file: BinaryIO, name: str, request: ParseRequest) -> Document:
        """Read the chosen pages of a file; `name` is the client's name for it.

        Raises FileError with the code and the sentence that fit, whatever the bytes are;
        WORKER_LOST when a child that had started was lost over the file, twice. Raises
        ParserUnavailable when this machine lacks what reading takes: a directory for temporary
        files and room in it, descriptors, processes, a child that starts.
        """
        order = write_order(name, request, self._limits, self._ocr.choose(request.lang))
        with self._lock, _readable(file) as descriptor:
            for _ in range(_ATTEMPTS):
                try:
                    return _read_answer(self._exchange(order, descriptor))
                except ChildLost as error:
                    logger.warning("the parser's child was lost: %s", error)
                    self._drop()
        raise FileError(
            FileErrorCode.WORKER_LOST,
            "the process that reads files was lost while it read this one",
        )

    def close(self) -> None:
        """End the child; a file that is being read in another thread is finished first."""
        with self._lock:
            self._drop()

    def _exchange(self, order: dict[str, Any], descriptor: int) -> dict[str, Any]:
        if self._child is not None and self._child.owner != os.getpid():
            self._child.abandon()
            self._child = None
        if self._child is None:
            self._child = _Child.start()
        most = self._limits.wall_for(self._limits.ocr_pages)
        return self._child.ask(order, descriptor, most + _GRACE_SECONDS)

    def _drop(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


class _Child:
    """The child process and the connection to it."""

    def __init__(self, process: subprocess.Popen[bytes], connection: socket.socket) -> None:
        self._process = process
        self._connection = connection
        self.pid = process.pid
        self.owner = os.getpid()

    @classmethod
    def start(cls) -> Self:
        """Start a child and wait until it is ready. Raises ParserUnavailable."""
        with _our_own_setup():
            ours, theirs = (_move_up(end) for end in socket.socketpair())
        try:
            with _our_own_setup(), theirs, tempfile.TemporaryFile() as complaints:
                process = subprocess.Popen(  # noqa: S603  our own module, no input from anyone
                    [sys.executable, "-P", "-m", "worker.parsing.child", str(theirs.fileno())],
                    env=_environment(),
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
                    child._receive(_START_SECONDS)
                except ChildLost as error:
                    child.end()
                    complaints.seek(0)
                    said = complaints.read()[-2000:].decode("utf-8", "replace").strip()
                    raise ParserUnavailable(
                        f"the process that reads files did not start: {said or error}"
                    ) from error
        except BaseException:
            ours.close()  # on which a child that did start ends
            raise
        return child

    def ask(self, order: dict[str, Any], descriptor: int, seconds: float) -> dict[str, Any]:
        """Send an order with its file and wait for the answer. Raises ChildLost."""
        try:
            self._connection.settimeout(seconds)
            frames.send(self._connection, order, descriptor)
        except OSError as error:
            raise ChildLost(str(error)) from error
        return self._receive(seconds)

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
            received = frames.receive(self._connection)
        except (OSError, frames.BrokenFrame) as error:
            raise ChildLost(str(error) or type(error).__name__) from error
        if received is None:
            raise ChildLost("it ended")
        return received[0]


@contextlib.contextmanager
def _our_own_setup() -> Iterator[None]:
    """Raise ParserUnavailable for what the system refuses to this process."""
    try:
        yield
    except OSError as error:
        raise ParserUnavailable(f"reading files needs what the system refuses: {error}") from error


def _environment() -> dict[str, str]:
    """Return all that the child may know of ours: nothing secret, and one thread each."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return {
        # The same modules as ours, wherever they were found.
        "PYTHONPATH": os.pathsep.join([str(_CODE_ROOT), *filter(None, sys.path)]),
        "LC_ALL": "C.UTF-8",
        "TMPDIR": tempfile.gettempdir(),
        "OMP_THREAD_LIMIT": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "RAYON_NUM_THREADS": "1",
        "TOKIO_WORKER_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
        **kept,
    }


def _move_up(end: socket.socket) -> socket.socket:
    """Keep a socket off the numbers of the standard streams, which may be closed here."""
    with end:
        return socket.socket(fileno=fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE_DESCRIPTOR))


@contextlib.contextmanager
def _readable(file: BinaryIO) -> Iterator[int]:
    """Give a descriptor of the file's bytes that can be read and nothing else.

    Raises ParserUnavailable.
    """
    with contextlib.ExitStack() as stack:
        with _our_own_setup():
            try:
                descriptor = file.fileno()
            except (AttributeError, OSError):  # bytes in memory, or a stream without a file
                copy = stack.enter_context(tempfile.TemporaryFile())
                file.seek(0)
                shutil.copyfileobj(file, copy)
                copy.flush()
                descriptor = copy.fileno()
            # A new description: its own position, and no right to write.
            try:
                again = os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY)
            except OSError:
                again = os.dup(descriptor)
            stack.callback(os.close, again)
        yield again


def _read_answer(answer: dict[str, Any]) -> Document:
    if "unavailable" in answer:
        raise ParserUnavailable(str(answer["unavailable"]))
    if "detail" in answer:
        logger.error("a reader failed: %s", answer["detail"])
    try:
        if "error" in answer:
            error = answer["error"]
            raise FileError(FileErrorCode(error["code"]), str(error["sentence"]))
        return Document.from_json(answer["document"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ChildLost("its answer makes no sense") from error
