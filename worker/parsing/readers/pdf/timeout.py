"""Running a slow function for a limited time, in a way that nothing can hold up."""

import contextlib
import os
import select
import signal
import time
import warnings
from collections.abc import Callable

_CHUNK = 65536


def run_capped(function: Callable[[], str], seconds: float) -> str:
    """Return what `function` returns, or "" when it fails or takes longer than `seconds`.

    The function runs in a forked copy of the process, which is killed at the limit: a signal
    handler would wait for the library to come back. Must not be called after kreuzberg was.
    Where the system cannot fork, the function is not run.
    """
    if not hasattr(os, "fork"):
        return ""
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        # Newer Pythons warn of threads; the copy runs no code but the function's.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        _run_and_leave(function, writer)
    os.close(writer)
    try:
        return _read_until(reader, time.monotonic() + seconds)
    finally:
        os.close(reader)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _run_and_leave(function: Callable[[], str], writer: int) -> None:
    try:
        answer = memoryview(function().encode("utf-8", "replace"))
        while answer:
            answer = answer[os.write(writer, answer) :]
    except BaseException:  # noqa: BLE001  whatever happened, the copy must not go on
        os.kill(os.getpid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def _read_until(reader: int, deadline: float) -> str:
    """Read to the end of the pipe; half an answer counts for nothing."""
    chunks: list[bytes] = []
    while (left := deadline - time.monotonic()) > 0:
        if not select.select([reader], [], [], left)[0]:
            break
        chunk = os.read(reader, _CHUNK)
        if not chunk:
            return b"".join(chunks).decode()
        chunks.append(chunk)
    return ""
