"""How the process that read a file ended, and what that says about the file."""

import os
import signal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.errors import FileError, FileErrorCode
from worker.parsing.limits import MIB, ParserLimits

if TYPE_CHECKING:
    import resource

# Windows has neither.
_OUT_OF_TIME = getattr(signal, "SIGXCPU", None)
_KILLED = getattr(signal, "SIGKILL", None)


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


def explain(ending: Ending, limits: ParserLimits) -> FileError:
    """Say in which way a file was too much for the process that read it."""
    cpu, wall = limits.cpu_for(ending.ocr_pages), limits.wall_for(ending.ocr_pages)
    if ending.signal == _OUT_OF_TIME or ending.cpu_seconds >= cpu:
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
    if ending.signal == _KILLED or ending.peak_bytes > limits.memory_bytes / 2:
        return FileError(
            FileErrorCode.OUT_OF_MEMORY,
            f"reading the file needs more memory than the limit of {limits.memory_bytes // MIB} MB",
        )
    return FileError(FileErrorCode.CORRUPT, "the file is damaged: its reader crashed on it")


def describe(waited: Waited, status: int, usage: "resource.struct_rusage") -> Ending:
    """Return how a process ended by what `wait4` says of it."""
    kibibytes = usage.ru_maxrss if sys.platform != "darwin" else usage.ru_maxrss // 1024
    return Ending(
        timed_out=waited.timed_out,
        signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_bytes=kibibytes * 1024,
        ocr_pages=waited.ocr_pages,
    )
