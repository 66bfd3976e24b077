"""How the process that read a file ended, and the error of the file that follows from it."""

import os
import resource
import signal
import sys
from dataclasses import dataclass
from typing import Self

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


@dataclass(frozen=True, slots=True)
class ExitStatus:
    """How a reader without an answer ended.

    `signal` ended the process, 0 if it exited. `ocr_pages` is the number of pages by OCR, for
    which it had more time.
    """

    timed_out: bool
    signal: int
    cpu_seconds: float
    peak_bytes: int
    ocr_pages: int = 0

    @classmethod
    def from_wait(cls, result: ReadResult, status: int, usage: resource.struct_rusage) -> Self:
        """Build it from the status and usage that `os.wait4` returns."""
        kibibytes = usage.ru_maxrss if sys.platform != "darwin" else usage.ru_maxrss // 1024
        return cls(
            timed_out=result.timed_out,
            signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
            cpu_seconds=usage.ru_utime + usage.ru_stime,
            peak_bytes=kibibytes * 1024,
            ocr_pages=result.ocr_pages,
        )

    def as_file_error(self, limits: ParserLimits) -> FileError:
        """Return the error of the file: the limit that it exceeded, or that it is damaged."""
        cpu, wall = limits.cpu_for(self.ocr_pages), limits.wall_for(self.ocr_pages)
        if self.signal == signal.SIGXCPU or self.cpu_seconds >= cpu:
            return FileError(
                FileErrorCode.TIMEOUT,
                f"reading the file used more than {cpu} seconds of CPU time",
            )
        if self.timed_out:
            return FileError(
                FileErrorCode.TIMEOUT, f"reading the file took longer than {wall:g} seconds"
            )
        # A SIGKILL that this program did not send comes from the kernel, out of memory. Libraries
        # abort when an allocation fails; any other crash leaves most of the memory unused.
        if self.signal == signal.SIGKILL or self.peak_bytes > limits.memory_bytes / 2:
            return FileError(
                FileErrorCode.OUT_OF_MEMORY,
                f"reading the file needs more than the memory limit of"
                f" {limits.memory_bytes // MIB} MB",
            )
        return FileError(FileErrorCode.CORRUPT, "the file is damaged: its reader crashed on it")
