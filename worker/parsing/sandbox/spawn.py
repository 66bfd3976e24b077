"""What starting a process that reads files takes, and what can go wrong."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

START_SECONDS = 60.0

_CODE_ROOT = Path(__file__).resolve().parents[3]
_KEPT_VARIABLES = ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG", "COVERAGE_FILE")


class ParserUnavailable(Exception):
    """The machine, not the file, is at fault: the file may be tried again."""


class ReadingAborted(Exception):
    """Another thread had the reading of a file ended."""


class ChildLost(Exception):
    """The child ended, or said something that is no answer."""


@contextlib.contextmanager
def our_own_setup() -> Iterator[None]:
    """Raise ParserUnavailable for what the system refuses to this process."""
    try:
        yield
    except OSError as error:
        raise ParserUnavailable(f"reading files needs what the system refuses: {error}") from error


def environment() -> dict[str, str]:
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
        # Large pages where the kernel has them: a fork copies fewer entries.
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
        **kept,
    }


def command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs one of our modules in a process of its own."""
    return [sys.executable, "-P", "-m", f"worker.parsing.sandbox.{module}", *arguments]


def did_not_start(complaints: IO[bytes], error: Exception) -> ParserUnavailable:
    """Return the error for a process that ended before it was ready, with its last words."""
    complaints.seek(0)
    said = complaints.read()[-2000:].decode("utf-8", "replace").strip()
    return ParserUnavailable(f"the process that reads files did not start: {said or error}")
