"""Checks on this machine what a process that reads uploaded files can still do.

    python sandbox.py

Restricts a child process like a reader of files and lets it try. The status is 0 when everything
is refused that must be. On a kernel without Landlock files stay readable, which is reported.
"""

import errno
import os
import resource
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from worker.parsing.limits import ParserLimits
from worker.parsing.sandbox import kernel
from worker.parsing.sandbox.jail import restrict_process

OUTSIDE = Path("/etc/passwd")


def refused(attempt: Callable[[], object]) -> str:
    """Return the name of the error that an attempt raises, or an empty text."""
    try:
        attempt()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    except MemoryError:
        return "MemoryError"
    return ""


def fork() -> None:
    """Make a process that ends at once."""
    if os.fork() == 0:
        os._exit(0)


def attempts(elsewhere: Path) -> dict[str, Callable[[], object]]:
    """Return the attempts by their descriptions."""
    return {
        "open a socket": socket.socket,
        "run another program": lambda: os.execv("/bin/true", ["true"]),
        "make a process": fork,
        "signal another process": lambda: os.kill(os.getppid(), 0),
        "limit another process": lambda: resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE),
        "move another process": lambda: os.sched_setaffinity(os.getppid(), {0}),
        "take 8 GB of memory": lambda: bytearray(8 << 30),
        "read /etc/passwd": OUTSIDE.read_bytes,
        "write to the data directory": (elsewhere / "intruder").touch,
    }


def report(directory: str, elsewhere: Path) -> bool:
    """Restrict this process, try everything, print the results; tell whether all was refused."""
    tries = attempts(elsewhere)
    has_landlock = kernel.landlock_version() > 0
    restrict_process(ParserLimits(), directory)
    good = True
    for what, attempt in tries.items():
        ended = refused(attempt)
        needs_landlock = what.startswith(("read", "write"))
        good = good and bool(ended or (needs_landlock and not has_landlock))
        print(f"{what:36} {ended or 'ALLOWED'}")
    return good


def main() -> None:
    """Run the report in a child process, because the restrictions are for good."""
    print(f"{'user':36} {os.getuid()}")
    print(f"{'Landlock of this kernel':36} {kernel.landlock_version() or 'none'}")
    elsewhere = Path(os.environ.get("PIGEONHOLE_DATA_DIR", "."))
    with tempfile.TemporaryDirectory() as directory:
        child = os.fork()
        if child == 0:
            good = report(directory, elsewhere)
            sys.stdout.flush()
            os._exit(0 if good else 1)
        _, status = os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
