"""Where the system cannot fork, each file gets a new interpreter."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from app.errors import FileError, FileErrorCode
from tests.integration.worker.parsing.sandbox.test_parser import ENDLESS, refused, wait_for
from worker.parsing.limits import GIB, ParserLimits
from worker.parsing.sandbox.parser import SandboxedParser

ROOT = Path(__file__).resolve().parents[5]

# What a system without POSIX lacks, in the parent and in the process that reads.
WITHOUT_POSIX = """
import os, sys
for name in ("fcntl", "resource", "grp", "pwd"):
    sys.modules[name] = None
for name in ("fork", "wait4", "killpg", "getuid", "setuid", "setgroups", "chown", "setpgid"):
    delattr(os, name)
"""
PARENT = """
import io
from tests.unit.parsing import samples
from worker.parsing import per_file
from worker.parsing.sandbox.parser import SandboxedParser

CHILD = WITHOUT_POSIX + "from worker.parsing.sandbox.once import main; main()"
per_file.command = lambda module: [sys.executable, "-P", "-c", CHILD]
with SandboxedParser() as parser:
    for data in (samples.pdf("Hello"), samples.docx(["Hello"])):
        print(parser.parse(io.BytesIO(data), "", samples.EVERYTHING).pages[0].text)
"""


def test_a_process_for_each_file_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    outcome: list[FileError] = []
    # Far from what the file takes, or the crash might be for want of memory.
    limits = ParserLimits(memory_bytes=8 * GIB)
    with SandboxedParser(limits, strategy="process") as parser:
        thread = threading.Thread(target=lambda: outcome.append(refused(parser, ENDLESS)))
        thread.start()
        (reader,) = wait_for(lambda: [one for one in psutil.Process().children() if reads(one)])
        environment = reader.environ()
        # As long as it is ours it is still importing.
        wait_for(lambda: os.getuid() or reader.uids().real)
        time.sleep(0.5)
        reader.send_signal(signal.SIGSEGV)
        thread.join(timeout=60)
        assert parser.child_pid is None
    assert outcome[0].code == FileErrorCode.CORRUPT
    assert not any(name.startswith("PIGEONHOLE") for name in environment)
    assert list(tmp_path.iterdir()) == []
    assert not psutil.pid_exists(reader.pid)


def reads(process: psutil.Process) -> bool:
    try:
        return "worker.parsing.sandbox.once" in process.cmdline()
    except psutil.Error:
        return False


def test_a_system_that_knows_no_posix():
    script = f"{WITHOUT_POSIX}\nWITHOUT_POSIX = {WITHOUT_POSIX!r}\n{PARENT}"
    process = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (process.stdout, process.stderr) == ("Hello\nHello\n", "")
