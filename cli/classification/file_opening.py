"""Opening files of any folder: one that is not a file, or is too large, fails alone."""

import os
import stat
import sys
from pathlib import Path
from typing import BinaryIO

from app.errors import FileError, FileErrorCode
from app.text import ReadableSize


def open_file(path: Path, max_bytes: int = sys.maxsize) -> BinaryIO:
    """Open a file for reading; raises FileError."""
    try:
        # A pipe without a writer would wait for one.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        raise FileError(FileErrorCode.FILE_DELETED, "the file is no longer there") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileError(FileErrorCode.INTERNAL, f"the file cannot be opened: {reason}") from None
    status = os.fstat(descriptor)
    if stat.S_ISREG(status.st_mode) and status.st_size <= max_bytes:
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISREG(status.st_mode):
        raise FileError(
            FileErrorCode.TOO_LARGE,
            f"the file is larger than {ReadableSize.of(max_bytes)} (PIGEONHOLE_UPLOAD_MAX_BYTES)",
        )
    raise FileError(FileErrorCode.UNSUPPORTED_TYPE, "it is not a file")
