"""Starting the fork server: its command and environment, and the errors of the sandbox."""

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from worker.parsing.ocr.installed import OcrChoice

START_SECONDS = 60.0

_CODE_ROOT = Path(__file__).resolve().parents[3]
_KEPT_VARIABLES = ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG", "COVERAGE_FILE")


class ParserUnavailable(Exception):
    """The fault is the machine's and not the file's: the file may be tried again."""


class ReadingAborted(Exception):
    """Another thread ended the reading of the file."""


class ServerLost(Exception):
    """The fork server ended, or sent an invalid answer."""


@contextlib.contextmanager
def as_unavailable() -> Iterator[None]:
    """Raise an OSError of the block as ParserUnavailable."""
    try:
        yield
    except OSError as error:
        raise ParserUnavailable(
            f"the system refused a resource needed to read the file: {error}"
        ) from error


def environment() -> dict[str, str]:
    """Return the whole environment of the fork server: no secrets, one thread a library."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return {
        # The same modules as in this process, wherever they were found.
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


def command(descriptor: int, ocr: OcrChoice) -> list[str]:
    """Return the command that starts the fork server on an inherited socket, with OCR models."""
    module = "worker.parsing.sandbox.fork_server"
    models = json.dumps({model: ocr.files[model] for model in ocr.models})
    return [sys.executable, "-P", "-m", module, str(descriptor), models]


def start_error(stderr: IO[bytes], error: Exception) -> ParserUnavailable:
    """Return the error for a fork server that ended before it was ready, with its last output."""
    stderr.seek(0)
    output = stderr.read()[-2000:].decode("utf-8", "replace").strip()
    return ParserUnavailable(f"the process that reads files did not start: {output or error}")
