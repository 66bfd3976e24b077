"""What a process gives up before it opens a stranger's file."""

import contextlib
import os
import platform
import resource
import signal
import sys
import tempfile

from worker.parsing import kernel
from worker.parsing.limits import ParserLimits

NOBODY = 65534

_SYSTEM_LIBRARIES = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64")


def lock_down(limits: ParserLimits, directory: str) -> None:
    """Limit this process to `limits`, to writing in `directory`, and to no rights at all.

    Everything it will need must be imported before. As root it becomes the user 65534.
    """
    os.chdir(directory)
    os.environ["TMPDIR"] = directory
    tempfile.tempdir = None
    _set_limits(limits)
    if kernel.is_linux():
        kernel.hide_memory()
        kernel.forbid_new_privileges()
        kernel.confine(directory, (*_SYSTEM_LIBRARIES, sys.prefix, sys.base_prefix))
    if os.getuid() == 0:
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
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_AS, limits.memory_bytes),
    ):
        hard = resource.getrlimit(kind)[1]
        most = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        # One second more: the soft limit ends the process with its own signal first.
        extra = 1 if kind == resource.RLIMIT_CPU and hard == resource.RLIM_INFINITY else 0
        # macOS knows these limits and refuses some of them.
        with contextlib.suppress(*(() if kernel.is_linux() else (OSError, ValueError))):
            resource.setrlimit(kind, (most, most + extra))
