"""Reads uploaded files in a sandbox: each in a process that is killed at its limits."""

import contextlib
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Self, TypeVar

from app.errors import FileError, FileErrorCode
from app.jobs.languages import DEFAULT_LANGUAGE
from app.jobs.pages import PageSelection
from worker.parsing.document import Document
from worker.parsing.limits import ParserLimits
from worker.parsing.ocr.installed import OcrData, find_ocr
from worker.parsing.rendered_page import RenderedPage, RenderRequest
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox.client import ForkServer
from worker.parsing.sandbox.protocol import encode_order
from worker.parsing.sandbox.spawn import (
    ParserUnavailable,
    ReadingAborted,
    ServerLost,
    as_unavailable,
)

__all__ = ["ParserUnavailable", "ReadingAborted", "SandboxedParser"]

log = logging.getLogger(__name__)

T = TypeVar("T")

_ATTEMPTS = 2


class SandboxedParser:
    """Reads files, each in a forked process that is killed at the limits.

    Starts a fork server for the first file, unless `start` did, and keeps it. Reads one file at a
    time, from any thread. A parser that a forked process inherits starts a fork server for that
    process.
    """

    def __init__(self, limits: ParserLimits | None = None, ocr: OcrData | None = None) -> None:
        """Read within `limits`, and by OCR with the models of `ocr`: by default all installed."""
        self._limits = limits or ParserLimits()
        self._ocr = find_ocr() if ocr is None else ocr
        self._lock = threading.Lock()
        self._server: ForkServer | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def server_pid(self) -> int | None:
        """The process id of the fork server, None before the first file."""
        server = self._server
        return server.pid if server else None

    def start(self) -> None:
        """Start the fork server ahead of the first file, without waiting until it is ready.

        The first file tells what prevents it.
        """
        with self._lock, contextlib.suppress(ParserUnavailable):
            self._own_server()

    def parse(self, file: BinaryIO, name: str, request: ParseRequest) -> Document:
        """Read the chosen pages of a file; `name` is the client's name for it.

        Raises FileError with the code and the sentence that fit, whatever the bytes are;
        WORKER_LOST when the fork server was lost twice while it read the file. Raises
        ReadingAborted after `abort`, and ParserUnavailable when this machine lacks what reading
        needs: a directory for temporary files, disk space, descriptors, processes.
        """
        order = encode_order(name, request, self._limits, self._ocr.choose(request.lang))
        return self._run(file, order, lambda answer: Document.from_json(answer["document"]))

    def render(self, file: BinaryIO, name: str, wanted: RenderRequest) -> RenderedPage:
        """Draw a page of a file, and find the places of its words.

        Raises what `parse` raises.
        """
        request = ParseRequest(PageSelection(None, (wanted.page,)))
        order = encode_order(name, request, self._limits, self._ocr.choose(None), wanted)
        return self._run(file, order, lambda answer: RenderedPage.from_json(answer["page"]))

    def abort(self) -> None:
        """End the reading of a file in another thread; without one nothing happens."""
        server = self._server
        if server is not None:
            server.interrupt()

    def close(self) -> None:
        """End the fork server, after the file that is being read in another thread."""
        with self._lock:
            self._end_server()

    def _run(
        self, file: BinaryIO, order: dict[str, Any], decode: Callable[[dict[str, Any]], T]
    ) -> T:
        with self._lock, _readable(file) as descriptor:
            for attempt in range(1, _ATTEMPTS + 1):
                try:
                    return _decode_answer(self._exchange(order, descriptor), decode)
                except (FileError, ParserUnavailable):
                    raise
                except ServerLost as error:
                    aborted = self._server is not None and self._server.is_interrupted
                    self._end_server()
                    if aborted:
                        raise ReadingAborted from None
                    log.warning(
                        "fork server lost while reading a file; starting another one",
                        extra={"attempt": f"{attempt} of {_ATTEMPTS}", "error": str(error)},
                    )
                except BaseException:
                    # Such as a time limit's: the answer that is still to come must not be taken
                    # for the answer of the next file.
                    self._end_server()
                    raise
        raise FileError(
            FileErrorCode.WORKER_LOST,
            "the process that reads files died while it read this file",
        )

    def _exchange(self, order: dict[str, Any], descriptor: int) -> dict[str, Any]:
        server = self._own_server()
        try:
            server.wait_until_ready()
        except ParserUnavailable:
            self._end_server()
            raise
        return server.read_file(order, descriptor, self._limits)

    def _own_server(self) -> ForkServer:
        """Return the fork server of this process, a new one if there is none."""
        if self._server is not None and self._server.owner != os.getpid():
            self._server.abandon()
            self._server = None
        if self._server is not None and self._server.is_interrupted:
            self._end_server()  # it was interrupted just after it had answered
        if self._server is None:
            self._server = ForkServer.start(self._ocr.choose(DEFAULT_LANGUAGE))
        return self._server

    def _end_server(self) -> None:
        if self._server is not None:
            self._server.end()
            self._server = None


@contextlib.contextmanager
def _readable(file: BinaryIO) -> Iterator[int]:
    """Yield a read-only descriptor of the file's bytes. Raises ParserUnavailable."""
    with contextlib.ExitStack() as stack:
        with as_unavailable():
            try:
                descriptor = file.fileno()
            except (AttributeError, OSError):  # bytes in memory, or a stream without a file
                copy = stack.enter_context(tempfile.TemporaryFile())
                file.seek(0)
                shutil.copyfileobj(file, copy)
                copy.flush()
                descriptor = copy.fileno()
            # A new file description has its own position and cannot write.
            try:
                again = os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY)
            except OSError:
                again = os.dup(descriptor)
            stack.callback(os.close, again)
        yield again


def _decode_answer(answer: dict[str, Any], decode: Callable[[dict[str, Any]], T]) -> T:
    if "unavailable" in answer:
        raise ParserUnavailable(str(answer["unavailable"]))
    if "detail" in answer:
        log.error(
            "reader failed; ending the file with an error", extra={"detail": answer["detail"]}
        )
    try:
        if "error" in answer:
            error = answer["error"]
            raise FileError(FileErrorCode(error["code"]), str(error["sentence"]))
        return decode(answer)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ServerLost("the answer is invalid") from error
