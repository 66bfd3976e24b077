"""The rights and resources that a process drops before it opens an uploaded file."""

import contextlib
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from worker.parsing.limits import ParserLimits
from worker.parsing.sandbox import kernel
from worker.parsing.sandbox.seccomp import restrict_calls

NOBODY_UID = 65534
_MAX_THREADS = 1024

_SYSTEM_LIBRARIES = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64")


def restrict_process(
    limits: ParserLimits, directory: str, readable: Iterable[str | Path] = ()
) -> None:
    """Set the process's limits and drop its rights permanently.

    Afterwards it can write in `directory` only, and read the directories `readable`, Python's and
    the system's libraries. As root it becomes the user 65534. All modules that it needs must be
    imported before. Raises OSError or ValueError when a limit cannot be set.
    """
    os.chdir(directory)
    os.environ["TMPDIR"] = directory
    tempfile.tempdir = None
    _set_limits(limits)
    if kernel.is_linux():
        kernel.hide_memory()
        kernel.forbid_new_privileges()
        libraries = (*_SYSTEM_LIBRARIES, sys.prefix, sys.base_prefix)
        kernel.confine(directory, (*libraries, *map(str, readable)))
    if os.getuid() == 0:
        # In a container, root without capabilities has no more rights than a user.
        with contextlib.suppress(PermissionError):
            os.setgroups([])
            os.setgid(NOBODY_UID)
            os.setuid(NOBODY_UID)
            # This counts the processes of all readers together. A reader that keeps the worker's
            # user cannot be limited: all other processes of that user would count too.
            resource.setrlimit(resource.RLIMIT_NPROC, (_MAX_THREADS, _MAX_THREADS))
    if kernel.is_linux():
        kernel.die_with_parent(signal.SIGKILL)
        restrict_calls()


def _set_limits(limits: ParserLimits) -> None:
    for kind, limit in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, limits.file_size_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_AS, limits.memory_bytes),
    ):
        value = _cap(limit, resource.getrlimit(kind)[1])
        # macOS refuses some of these limits.
        with contextlib.suppress(*(() if kernel.is_linux() else (OSError, ValueError))):
            resource.setrlimit(kind, (value, value))
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    # One second above the soft limit, which ends the process with its own signal first.
    highest = _cap(limits.cpu_for(limits.ocr_pages) + 1, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (min(limits.cpu_seconds, highest), highest))


def allow_processor_time(seconds: int) -> None:
    """Raise the limit of the process's total CPU time, up to its hard limit."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (_cap(seconds, hard), hard))


def _cap(limit: int, hard: int) -> int:
    return limit if hard == resource.RLIM_INFINITY else min(limit, hard)
