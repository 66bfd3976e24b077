"""Say what a process that reads a stranger's file can still do here, in a container above all.

    python sandbox.py

Locks a child down as the reader of files does, and has it try. The status is 0 when all that
must be refused is refused. On a kernel without Landlock files stay readable: it says so.
"""

import errno
import os
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
    """Return the name of the error that an attempt ends with, or an empty text."""
    try:
        attempt()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    except MemoryError:
        return "MemoryError"
    return ""


def attempts(elsewhere: Path) -> dict[str, Callable[[], object]]:
    """Return what is tried, by what it would be called in a sentence."""
    return {
        "open a socket": socket.socket,
        "run another program": lambda: os.execv("/bin/true", ["true"]),
        "take 8 GB of memory": lambda: bytearray(8 << 30),
        "read /etc/passwd": OUTSIDE.read_bytes,
        "write to the data directory": (elsewhere / "intruder").touch,
    }


def report(directory: str, elsewhere: Path) -> bool:
    """Lock this process down, try everything, print how it ended; tell whether all was refused."""
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
    """Run the report in a child, which cannot get its rights back."""
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
