"""The directory that the process which reads a file may write in."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator

from worker.parsing.sandbox.jail import NOBODY


@contextlib.contextmanager
def private_directory() -> Iterator[str]:
    """Make an empty directory for the user that the process will be, and remove it after.

    Raises OSError when it cannot be made.
    """
    directory = tempfile.mkdtemp(prefix="pigeonhole-")
    try:
        if hasattr(os, "chown") and os.getuid() == 0:
            with contextlib.suppress(PermissionError):  # root without capabilities
                os.chown(directory, NOBODY, NOBODY)
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
