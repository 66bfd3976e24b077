"""A new interpreter for each file: slower by a second, for systems that cannot fork."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, cast

from worker.parsing.limits import ParserLimits
from worker.parsing.sandbox import protocol
from worker.parsing.sandbox.directory import private_directory
from worker.parsing.sandbox.exit_status import Ending, Waited, describe, explain
from worker.parsing.sandbox.messages import error_message
from worker.parsing.sandbox.order import ORDER_NAME
from worker.parsing.sandbox.spawn import (
    START_SECONDS,
    ChildLost,
    command,
    did_not_start,
    environment,
    our_own_setup,
)

_CHUNK = 1 << 16


def read_in_process(order: dict[str, Any], descriptor: int, limits: ParserLimits) -> dict[str, Any]:
    """Have a process of its own read the file; return its message.

    It keeps those of the limits that the system has, and is killed at the wall limit, which
    counts from when its libraries are loaded. Raises ParserUnavailable and ChildLost.
    """
    with contextlib.ExitStack() as stack:
        with our_own_setup():
            directory = stack.enter_context(private_directory())
            complaints = stack.enter_context(tempfile.TemporaryFile())
            Path(directory, ORDER_NAME).write_text(json.dumps(order), encoding="ascii")
            process = subprocess.Popen(  # noqa: S603  our own module, no input from anyone
                command("once"),
                env=environment(),
                cwd=directory,
                stdin=descriptor,
                stdout=subprocess.PIPE,
                stderr=complaints,
                start_new_session=True,
            )
        answers = _Answers(cast("IO[bytes]", process.stdout))
        waited = Waited(None)
        try:
            if answers.wait(lambda _: START_SECONDS).answer is None:
                raise did_not_start(complaints, ChildLost("it ended"))
            waited = answers.wait(limits.wall_for)
        finally:
            ending = _end(process, waited)
            answers.close()
    if waited.answer is None:
        return error_message(explain(ending, limits))
    try:
        return protocol.decode(waited.answer[protocol.LENGTH_BYTES :])
    except protocol.BrokenFrame as error:
        raise ChildLost(str(error)) from error


class _Answers:
    """What a process writes, read by a thread: not every system can wait for a pipe and a clock."""

    def __init__(self, output: IO[bytes]) -> None:
        self._output = output
        self._incoming = protocol.Incoming()
        self._chunks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._pump, daemon=True)
        self._thread.start()

    def wait(self, limit: Callable[[int], float]) -> Waited:
        """Return the next frame; `limit` gives the seconds for it by the pages that OCR reads."""
        start = time.monotonic()
        chunk = b""
        while True:
            try:
                frame = self._incoming.take(chunk)
            except protocol.BrokenFrame:
                return Waited(None, ocr_pages=self._incoming.ticks)
            if frame is not None:
                return Waited(frame, ocr_pages=self._incoming.ticks)
            left = start + limit(self._incoming.ticks) - time.monotonic()
            try:
                chunk = self._chunks.get(timeout=max(left, 0))
            except queue.Empty:
                return Waited(None, timed_out=True, ocr_pages=self._incoming.ticks)
            if not chunk:
                return Waited(None, ocr_pages=self._incoming.ticks)

    def close(self) -> None:
        """Wait for the end of what a process wrote that has ended."""
        self._thread.join()
        self._output.close()

    def _pump(self) -> None:
        while chunk := os.read(self._output.fileno(), _CHUNK):
            self._chunks.put(chunk)
        self._chunks.put(b"")


def _end(process: subprocess.Popen[bytes], waited: Waited) -> Ending:
    """Kill the process with its group, where there are groups; return how it had ended."""
    if not hasattr(os, "wait4"):
        process.kill()
        process.wait()
        return Ending(waited.timed_out, 0, 0.0, 0, waited.ocr_pages)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return describe(waited, status, usage)
