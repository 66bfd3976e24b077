"""The messages of errors with which the processes that read files answer.

Apart from the reading itself: who only waits for answers must not load the libraries that read.
"""

from pathlib import Path
from typing import Any

from app.errors import FileError, FileErrorCode


def error_message(error: FileError) -> dict[str, Any]:
    """Return an error of the file's as a message."""
    return {"error": {"code": error.code.value, "sentence": error.sentence}}


def fault_message(error: Exception) -> dict[str, Any]:
    """Return a fault of ours as a message, with the place for the log."""
    fault = FileError(FileErrorCode.INTERNAL, "the server could not read the file")
    return {**error_message(fault), "detail": _locate(error)}


def _locate(error: Exception) -> str:
    """Name the error's type and its lines.

    Not its message, which may quote the document; nor source files, which may be out of reach.
    """
    places = []
    trace = error.__traceback__
    while trace:
        code = trace.tb_frame.f_code
        places.append(f"{Path(code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{type(error).__name__} at {' > '.join(places[-4:])}"
