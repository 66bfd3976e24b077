"""What a process gives up before it opens a stranger's file."""

import contextlib
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from worker.parsing.limits import ParserLimits
from worker.parsing.sandbox import kernel

try:
    import resource
except ImportError:  # Windows knows no limits of this kind
    resource = None  # type: ignore[assignment]

NOBODY = 65534

_SYSTEM_LIBRARIES = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64")


def restrict_process(
    limits: ParserLimits, directory: str, readable: Iterable[str | Path] = ()
) -> None:
    """Limit this process to `limits`, to writing in `directory`, and to no rights at all.

    It can read beneath the directories `readable` besides Python's and the system's libraries.

    Everything it will need must be imported before. As root it becomes the user 65534.
    """
    os.chdir(directory)
    os.environ["TMPDIR"] = directory
    tempfile.tempdir = None
    if resource is not None:
        _set_limits(limits)
    if kernel.is_linux():
        kernel.hide_memory()
        kernel.forbid_new_privileges()
        libraries = (*_SYSTEM_LIBRARIES, sys.prefix, sys.base_prefix)
        kernel.confine(directory, (*libraries, *map(str, readable)))
    if hasattr(os, "setuid") and os.getuid() == 0:
        # A container's root without capabilities is no more than a user already.
        with contextlib.suppress(PermissionError):
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
    if kernel.is_linux():
        kernel.forbid_calls(platform.machine())
        kernel.die_with_parent(signal.SIGKILL)


def _set_limits(limits: ParserLimits) -> None:
    for kind, limit in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, limits.file_size_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_AS, limits.memory_bytes),
    ):
        hard = resource.getrlimit(kind)[1]
        most = _at_most(limit, hard)
        # macOS knows these limits and refuses some of them.
        with contextlib.suppress(*(() if kernel.is_linux() else (OSError, ValueError))):
            resource.setrlimit(kind, (most, most))
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    # One second more: the soft limit ends the process with its own signal first.
    most = _at_most(limits.cpu_for(limits.ocr_pages) + 1, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (min(limits.cpu_seconds, most), most))


def allow_processor_time(seconds: int) -> None:
    """Raise what this process may use in all, as far as its hard limit lets it."""
    if resource is not None:
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (_at_most(seconds, hard), hard))


def _at_most(limit: int, hard: int) -> int:
    return limit if hard == resource.RLIM_INFINITY else min(limit, hard)
