"""Reading files in the sandbox and finding its processes, for the tests of the sandbox."""

import contextlib
import io
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.errors import FileError
from devtools import sample_files
from devtools.waiting import WAIT_SECONDS
from worker.parsing.document import Document
from worker.parsing.sandbox.forked_reader import READER_NAME
from worker.parsing.sandbox.parser import SandboxedParser

# Ten seconds of work for the HTML reader: no limit of these tests lets it finish.
ENDLESS = b"<!doctype html>" + b"<b>x</b>y&amp;z\n" * 3_000_000
ROOT = Path(__file__).resolve().parents[4]


def parse(parser: SandboxedParser, data: bytes, name: str = "a.txt") -> Document:
    return parser.parse(io.BytesIO(data), name, sample_files.EVERYTHING)


def refused(parser: SandboxedParser, data: bytes, name: str = "a.txt") -> FileError:
    with pytest.raises(FileError) as caught:
        parse(parser, data, name)
    return caught.value


def wait_for(condition: Callable[[], Any], seconds: float = WAIT_SECONDS) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("the condition did not come true")


def has_ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def fork_server(parser: SandboxedParser) -> psutil.Process:
    return psutil.Process(parser.server_pid)


def readers(parser: SandboxedParser) -> list[psutil.Process]:
    """Return the processes that read a file now."""
    found = []
    for process in fork_server(parser).children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if not has_ended(process) and process.name() == READER_NAME:
                found.append(process)
    return found


def signal_while_reading(parser: SandboxedParser, number: int, times: int = 1) -> FileError:
    """Send a signal to the process that reads a file, as it reads."""
    parse(parser, b"warm up")
    wait_for(lambda: not readers(parser))
    outcome: list[FileError] = []
    thread = threading.Thread(target=lambda: outcome.append(refused(parser, ENDLESS)))
    thread.start()
    for _ in range(times):
        (reader,) = wait_for(lambda: readers(parser))
        time.sleep(0.2)
        reader.send_signal(number)
    thread.join(timeout=WAIT_SECONDS)
    return outcome[0]


def run_script(script: str, **options) -> subprocess.Popen[str]:
    prelude = (
        "import io, os, sys, time\n"
        "from devtools import pdf_samples, sample_files\n"
        "from worker.parsing.sandbox.parser import ParserUnavailable\n"
        "from tests.integration.worker.parsing.reading import *\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", prelude + script],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        **options,
    )
