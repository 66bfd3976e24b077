"""How the process that read a file ended, and the error of the file that follows from it."""

import os
import resource
import signal
import sys
from dataclasses import dataclass

from app.errors import FileError, FileErrorCode
from worker.parsing.limits import MIB, ParserLimits


@dataclass(frozen=True, slots=True)
class ReadResult:
    """The outcome of waiting for a reader: the frame of its answer, or None without one.

    `timed_out` tells whether the time ran out; each of the `ocr_pages` extended it.
    """

    answer: bytes | None
    timed_out: bool = False
    ocr_pages: int = 0


def end_error(
    result: ReadResult, status: int, usage: resource.struct_rusage, limits: ParserLimits
) -> FileError:
    """Return the error of a file without an answer: the limit that it exceeded, or damage.

    `status` and `usage` are what `os.wait4` returned.
    """
    ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    cpu_seconds = usage.ru_utime + usage.ru_stime
    peak_bytes = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    cpu, wall = limits.cpu_for(result.ocr_pages), limits.wall_for(result.ocr_pages)
    if ended_by == signal.SIGXCPU or cpu_seconds >= cpu:
        return FileError(
            FileErrorCode.TIMEOUT,
            f"reading the file used more than {cpu} seconds of CPU time",
        )
    if result.timed_out:
        return FileError(
            FileErrorCode.TIMEOUT, f"reading the file took longer than {wall:g} seconds"
        )
    # A SIGKILL that this program did not send comes from the kernel, out of memory. Libraries
    # abort when an allocation fails; any other crash leaves most of the memory unused.
    if ended_by == signal.SIGKILL or peak_bytes > limits.memory_bytes / 2:
        return FileError(
            FileErrorCode.OUT_OF_MEMORY,
            f"reading the file needs more than the memory limit of {limits.memory_bytes // MIB} MB",
        )
    return FileError(FileErrorCode.CORRUPT, "the file is damaged: its reader crashed on it")
