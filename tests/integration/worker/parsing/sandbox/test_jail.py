"""What a process that reads a file can still do, tried inside such a process."""

import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from worker.parsing.limits import MIB, ParserLimits
from worker.parsing.sandbox import kernel
from worker.parsing.sandbox.jail import NOBODY_UID, restrict_process
from worker.parsing.sandbox.preload import preload


def attempt(function: Callable[[], object]) -> object:
    try:
        return function()
    except (OSError, MemoryError) as error:
        return type(error).__name__


def look_around(foreign: Path) -> dict[str, object]:
    return {
        "uid": os.getuid(),
        "groups": os.getgroups(),
        "cwd": str(Path.cwd()),
        "write inside": attempt(lambda: Path("inside").write_text("x")),
        "temporary": tempfile.gettempdir(),
        "write outside": attempt(lambda: foreign.write_text("x")),
        "read outside": attempt(lambda: Path("/etc/hostname").read_text() and "read"),
        "connect": attempt(lambda: socket.create_connection(("127.0.0.1", 9), timeout=1)),
        "run": attempt(lambda: subprocess.run(["/bin/true"], check=True) and "ran"),
        "leave the group": attempt(lambda: os.setpgid(0, 0)),
        "leave the session": attempt(os.setsid),
        "memory": attempt(lambda: len(bytearray(600 * MIB))),
        "file": attempt(lambda: Path("large").write_bytes(bytes(2 * MIB))),
        "core": resource.getrlimit(resource.RLIMIT_CORE),
        "files": resource.getrlimit(resource.RLIMIT_NOFILE),
        "cpu": resource.getrlimit(resource.RLIMIT_CPU),
        "root again": attempt(lambda: os.setuid(0)) if os.getuid() else "is root",
    }


def restrict_and_look_around(directory: str, foreign: str) -> None:
    """Restrict this process and print what it can still do."""
    preload()
    restrict_process(
        ParserLimits(memory_bytes=500 * MIB, file_size_bytes=MIB, open_files=32), directory
    )
    sys.stdout.write(json.dumps({**look_around(Path(foreign)), "directory": directory}))


@pytest.fixture
def seen(tmp_path):
    """Return what a restricted process can still do, from a new process."""
    # Not beneath pytest's directory, which only its user may enter.
    with tempfile.TemporaryDirectory() as directory:
        if os.getuid() == 0:
            os.chown(directory, NOBODY_UID, NOBODY_UID)
        call = f"from {__name__} import *; restrict_and_look_around(*sys.argv[1:])"
        process = subprocess.run(
            [sys.executable, "-c", call, directory, str(tmp_path / "foreign")],
            cwd=Path(__file__).parents[5],
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(process.stdout)


def test_only_its_directory_stays_writable(seen, tmp_path):
    assert seen["cwd"] == seen["temporary"] == seen["directory"]
    assert seen["write inside"] == 1
    assert not (tmp_path / "foreign").exists()
    assert seen["write outside"] == "PermissionError"
    if kernel.landlock_version():
        assert seen["read outside"] == "PermissionError"
    assert seen["connect"] == "PermissionError"
    assert seen["run"] == "PermissionError"
    # All that is left of a group is killed after the file: none may leave it.
    assert seen["leave the group"] == seen["leave the session"] == "PermissionError"
    assert seen["root again"] == "PermissionError"


def test_root_becomes_the_user_nobody(seen):
    if os.getuid() == 0:
        assert (seen["uid"], seen["groups"]) == (NOBODY_UID, [])
    else:
        assert seen["uid"] == os.getuid()


def test_limits_are_enforced(seen):
    assert seen["memory"] == "MemoryError"
    assert seen["file"] == "OSError"
    assert seen["core"] == [0, 0]
    assert seen["files"] == [32, 32]
    assert seen["cpu"][0] == 30
