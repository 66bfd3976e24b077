"""Reading strangers' files where they can do no harm."""

import contextlib
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Any, BinaryIO, Literal, Self

from app.errors import FileError, FileErrorCode
from worker.parsing.document import Document
from worker.parsing.limits import ParserLimits
from worker.parsing.ocr.installed import OcrData, find_ocr
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox.order import write_order
from worker.parsing.sandbox.per_file import read_in_process
from worker.parsing.sandbox.spawn import ChildLost, ParserUnavailable, ReadingAborted, our_own_setup

if hasattr(os, "fork"):
    from worker.parsing.sandbox.client import ForkServer

__all__ = ["ParserUnavailable", "ReadingAborted", "SandboxedParser", "Strategy"]

logger = logging.getLogger(__name__)

_ATTEMPTS = 2

Strategy = Literal["fork", "process"]


class SandboxedParser:
    """Reads files, each in a process of its own that is killed at the limits.

    Starts one child at the first file and keeps it, where the system can fork; else a process
    for each file, a second slower. Takes one file at a time, from any thread.
    After a fork each process must use a parser of its own; one that was inherited starts a
    child of its own.
    """

    def __init__(
        self,
        limits: ParserLimits | None = None,
        ocr: OcrData | None = None,
        strategy: Strategy | None = None,
    ) -> None:
        """Read within `limits`, and pictures with the models of `ocr`: all that are found.

        `strategy` is what the system can do, if it is not given.
        """
        self._strategy = strategy or ("fork" if hasattr(os, "fork") else "process")
        self._limits = limits or ParserLimits()
        self._ocr = find_ocr() if ocr is None else ocr
        self._lock = threading.Lock()
        self._child: ForkServer | None = None

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
        ReadingAborted after `abort`, and ParserUnavailable when this machine lacks what reading
        takes: a directory for temporary files and room in it, descriptors, processes, a child
        that starts.
        """
        order = write_order(name, request, self._limits, self._ocr.choose(request.lang))
        with self._lock, _readable(file) as descriptor:
            for _ in range(_ATTEMPTS):
                try:
                    return _read_answer(self._exchange(order, descriptor))
                except (FileError, ParserUnavailable):
                    raise
                except ChildLost as error:
                    aborted = self._child is not None and self._child.is_interrupted
                    self._drop()
                    if aborted:
                        raise ReadingAborted from None
                    logger.warning("the parser's child was lost: %s", error)
                except BaseException:
                    # Such as a time limit's: the answer that is still to come would be taken
                    # for that of the next file.
                    self._drop()
                    raise
        raise FileError(
            FileErrorCode.WORKER_LOST,
            "the process that reads files was lost while it read this one",
        )

    def abort(self) -> None:
        """End the reading of a file in another thread; nothing happens where none is read.

        A process that was started for one file alone reads on to its limits.
        """
        child = self._child
        if child is not None:
            child.interrupt()

    def close(self) -> None:
        """End the child; a file that is being read in another thread is finished first."""
        with self._lock:
            self._drop()

    def _exchange(self, order: dict[str, Any], descriptor: int) -> dict[str, Any]:
        if self._strategy == "process":
            return read_in_process(order, descriptor, self._limits)
        if self._child is not None and self._child.owner != os.getpid():
            self._child.abandon()
            self._child = None
        if self._child is not None and self._child.is_interrupted:
            self._drop()  # when it had just answered
        if self._child is None:
            self._child = ForkServer.start()
        return self._child.ask(order, descriptor, self._limits)

    def _drop(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


@contextlib.contextmanager
def _readable(file: BinaryIO) -> Iterator[int]:
    """Give a descriptor of the file's bytes that can be read and nothing else.

    Raises ParserUnavailable.
    """
    with contextlib.ExitStack() as stack:
        with our_own_setup():
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
