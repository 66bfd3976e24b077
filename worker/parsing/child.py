"""The process that stands between the worker and strangers' files.

Started as `python -m worker.parsing.child DESCRIPTOR`. It imports the libraries, calls none
of them, and for each file forks a process that gives up its rights, reads the file, answers
and dies. This process only counts the seconds, reaps, and passes the answer on. It ends when
its parent closes the connection.
"""

import contextlib
import gc
import logging
import os
import resource
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.errors import FileError, FileErrorCode
from app.jobs.pages import PageSelection
from worker.parsing import frames
from worker.parsing.limits import MIB, ParserLimits
from worker.parsing.lockdown import NOBODY, lock_down
from worker.parsing.ocr import Ocr
from worker.parsing.ocr_data import OcrChoice
from worker.parsing.ocr_tesseract import Tesseract, open_models
from worker.parsing.ocr_time import Allowance
from worker.parsing.preload import preload
from worker.parsing.read import read_document
from worker.parsing.request import ParseRequest

_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Order:
    """One file to read: its name and descriptor, the request, the limits, the OCR models."""

    name: str
    descriptor: int
    request: ParseRequest
    limits: ParserLimits
    ocr: OcrChoice


@dataclass(frozen=True, slots=True)
class Ending:
    """How the process that read a file ended; `ocr_pages` is for how many it had more time."""

    timed_out: bool
    signal: int
    cpu_seconds: float
    peak_bytes: int
    ocr_pages: int = 0


@dataclass(frozen=True, slots=True)
class Waited:
    """What came of waiting for an answer: its frame, or None and whether the time ran out."""

    answer: bytes | None
    timed_out: bool = False
    ocr_pages: int = 0


class ParentGone(Exception):
    """The parent closed the connection while a file was being read."""


def main(descriptor: int) -> None:
    """Serve the parent at the other end of a socket until it closes."""
    with socket.socket(fileno=descriptor) as connection:
        preload()
        # What the imports made will never be collected: copies of the process share it.
        gc.collect()
        gc.freeze()
        _fall_silent()
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


def _fall_silent() -> None:
    """Drop what libraries have to say: hostile files make them say it by the megabyte."""
    logging.disable(logging.CRITICAL)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stderr.fileno())
    os.close(nowhere)


def write_order(
    name: str, request: ParseRequest, limits: ParserLimits, ocr: OcrChoice
) -> dict[str, Any]:
    """Return the message that asks for a file to be read."""
    selection = request.selection
    return {
        "name": name,
        "max_pages": selection.max_pages,
        "target_pages": selection.target_pages,
        "lang": request.lang,
        "mode": request.mode,
        "limits": {field: getattr(limits, field) for field in limits.__slots__},
        "ocr": asdict(ocr),
    }


def read_order(message: dict[str, Any], descriptor: int) -> Order:
    """Read back what `write_order` gave."""
    target_pages = message["target_pages"]
    selection = PageSelection(
        max_pages=message["max_pages"],
        target_pages=None if target_pages is None else tuple(target_pages),
    )
    request = ParseRequest(selection, message["lang"], message["mode"])
    ocr = OcrChoice(**{**message["ocr"], "models": tuple(message["ocr"]["models"])})
    return Order(message["name"], descriptor, request, ParserLimits(**message["limits"]), ocr)


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
    directory = tempfile.mkdtemp(prefix="pigeonhole-")
    try:
        if os.getuid() == 0:
            with contextlib.suppress(PermissionError):  # root without capabilities
                os.chown(directory, NOBODY, NOBODY)
        copy, reader = _fork(order, directory, connection)
        try:
            waited = _await_answer(reader, connection, order.limits)
        finally:
            os.close(reader)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(copy, signal.SIGKILL)
            _, status, usage = os.wait4(copy, 0)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    if waited.answer is not None:
        return waited.answer
    error = explain(_describe(waited, status, usage), order.limits)
    return frames.encode(_error_message(error))


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


def explain(ending: Ending, limits: ParserLimits) -> FileError:
    """Say in which way a file was too much for the process that read it."""
    cpu, wall = limits.cpu_for(ending.ocr_pages), limits.wall_for(ending.ocr_pages)
    if ending.signal == signal.SIGXCPU or ending.cpu_seconds >= cpu:
        return FileError(
            FileErrorCode.TIMEOUT,
            f"reading the file used more than {cpu} seconds of processor time",
        )
    if ending.timed_out:
        return FileError(
            FileErrorCode.TIMEOUT, f"reading the file took longer than {wall:g} seconds"
        )
    # SIGKILL that this program did not send is the kernel's, out of memory. Libraries abort
    # when an allocation fails; a crash for another reason leaves most of the memory unused.
    if ending.signal == signal.SIGKILL or ending.peak_bytes > limits.memory_bytes / 2:
        return FileError(
            FileErrorCode.OUT_OF_MEMORY,
            f"reading the file needs more memory than the limit of {limits.memory_bytes // MIB} MB",
        )
    return FileError(FileErrorCode.CORRUPT, "the file is damaged: its reader crashed on it")


def _describe(waited: Waited, status: int, usage: resource.struct_rusage) -> Ending:
    kibibytes = usage.ru_maxrss if sys.platform != "darwin" else usage.ru_maxrss // 1024
    return Ending(
        timed_out=waited.timed_out,
        signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_bytes=kibibytes * 1024,
        ocr_pages=waited.ocr_pages,
    )


def _await_answer(reader: int, connection: socket.socket, limits: ParserLimits) -> Waited:
    """Wait for the copy's whole frame within its time, which grows with its pages by OCR."""
    start = time.monotonic()
    ocr_pages = 0
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    poll.register(connection, 0)  # nothing is expected but its end
    received = bytearray()
    while (left := start + limits.wall_for(ocr_pages) - time.monotonic()) > 0:
        for descriptor, _ in poll.poll(left * 1000):
            if descriptor != reader:
                raise ParentGone
            chunk = os.read(reader, _CHUNK)
            received += chunk
            while received.startswith(frames.TICK):
                del received[: len(frames.TICK)]
                ocr_pages += 1
            try:
                payload = frames.payload_of(received)
            except frames.BrokenFrame:
                return Waited(None, ocr_pages=ocr_pages)
            if payload is not None:
                return Waited(bytes(received), ocr_pages=ocr_pages)
            if not chunk:
                return Waited(None, ocr_pages=ocr_pages)
    return Waited(None, timed_out=True, ocr_pages=ocr_pages)


def _read_and_die(order: Order, directory: str, writer: int, parent: int) -> None:
    """Be the copy: read the file, answer, and end without running anything on the way out."""
    try:
        os.setpgid(0, 0)
        ocr = open_ocr(order, lambda: os.write(writer, frames.TICK))
        answer = memoryview(frames.encode(_read_locked_down(order, directory, parent, ocr)))
        while answer:
            answer = answer[os.write(writer, answer) :]
    finally:
        os.kill(os.getpid(), signal.SIGKILL)


def open_ocr(order: Order, tell: Callable[[], object]) -> Ocr:
    """Return what reads pictures of text, with its files open, as long as there are rights.

    `tell` is called before each page is read.
    """
    if not order.ocr.models:
        return Ocr(order.ocr)
    engine = Tesseract(order.ocr.models, open_models(order.ocr.files))
    return Ocr(order.ocr, engine, Allowance(order.limits, tell))


def _read_locked_down(order: Order, directory: str, parent: int, ocr: Ocr) -> dict[str, Any]:
    try:
        lock_down(order.limits, directory, {Path(path).parent for path in order.ocr.files.values()})
    except (OSError, ValueError) as error:  # without its limits nothing may be read
        return _fault_message(error)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return _read(order, ocr)


def _read(order: Order, ocr: Ocr) -> dict[str, Any]:
    try:
        with open(order.descriptor, "rb", closefd=False) as file:
            document = read_document(file, order.name, order.request, order.limits, ocr)
        return {"document": document.to_json()}
    except FileError as error:
        return _error_message(error)
    except MemoryError:
        return _error_message(
            FileError(
                FileErrorCode.OUT_OF_MEMORY,
                f"reading the file needs more memory than the limit of"
                f" {order.limits.memory_bytes // MIB} MB",
            )
        )
    except Exception as error:  # noqa: BLE001  the parent logs it; the file gets a plain answer
        return _fault_message(error)


def _error_message(error: FileError) -> dict[str, Any]:
    return {"error": {"code": error.code.value, "sentence": error.sentence}}


def _fault_message(error: Exception) -> dict[str, Any]:
    fault = FileError(FileErrorCode.INTERNAL, "the server could not read the file")
    return {**_error_message(fault), "detail": _locate(error)}


def _locate(error: Exception) -> str:
    """Name the error's type and its lines.

    Not its message, which may quote the document; nor source files, which may be out of reach.
    """
    places = []
    trace = error.__traceback__
    while trace:
        code = trace.tb_frame.f_code
        places.append(f"{Path(code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{type(error).__name__} at {' > '.join(places[-4:])}"


if __name__ == "__main__":
    main(int(sys.argv[1]))
