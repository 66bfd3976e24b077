"""End the processes of a test run and delete its folders, however the run ends.

Fixtures stop what they start, except after kill -9, a timeout that ends the interpreter, or a
closed terminal. One child in its own session reads from a pipe which processes live. When the
pipe closes, it ends them and deletes their folders.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

# Long, because a busy machine may take seconds to end what was killed.
GRACE_SECONDS = 30.0


class Reaper:
    """The list of what is alive, kept by a child process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def watch(self, pid: int, first_signal: signal.Signals) -> None:
        """End this session's leader and its family with us; `first_signal` asks politely."""
        self._tell({"watch": pid, "signal": int(first_signal)})

    def forget(self, pid: int) -> None:
        self._tell({"forget": pid})

    def new_folder(self, prefix: str) -> Path:
        """Make a temporary folder with a short path, because a unix socket's may have 107 bytes."""
        parent = tempfile.gettempdir()
        if len(parent) > 40:
            parent = "/tmp"
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        self._tell({"folder": str(folder)})
        return folder

    def remove_folder(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self._tell({"gone": str(folder)})

    def close(self) -> None:
        """End whatever is still alive and wait until it is gone."""
        with self._lock:
            child, self._child = self._child, None
        if child is not None and child.stdin is not None:
            child.stdin.close()
            child.wait(timeout=4 * GRACE_SECONDS)

    def _tell(self, message: dict[str, object]) -> None:
        with self._lock:
            if self._child is None or self._child.poll() is not None:
                self._child = _start_child()
            assert self._child.stdin is not None
            self._child.stdin.write(json.dumps(message).encode() + b"\n")
            self._child.stdin.flush()


def _start_child() -> subprocess.Popen[bytes]:
    # The plain file instead of `-m`, and an empty environment: no coverage, no other imports.
    return subprocess.Popen(
        [sys.executable, "-I", str(Path(__file__).resolve())],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={},
        start_new_session=True,
    )


def family_of(pid: int) -> list[psutil.Process]:
    """Return a process, its descendants, and the orphans of its session, in that order."""
    family: dict[int, psutil.Process] = {}
    try:
        root = psutil.Process(pid)
        family = {member.pid: member for member in [root, *root.children(recursive=True)]}
    except psutil.NoSuchProcess:
        pass
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == pid:
                family.setdefault(process.pid, process)
        except (ProcessLookupError, PermissionError):
            continue
    return list(family.values())


def kill(processes: list[psutil.Process]) -> None:
    """SIGKILL these and wait until they are gone."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    still_alive(processes, GRACE_SECONDS)


def still_alive(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait for processes that are not our children to end; return those that do not.

    A zombie has ended: init collects it at some time.
    """
    deadline = time.monotonic() + seconds
    while alive := [process for process in processes if is_alive(process)]:
        if time.monotonic() > deadline:
            return alive
        time.sleep(0.02)
    return []


def is_alive(process: psutil.Process) -> bool:
    """Tell whether a process still runs; a zombie does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _end(pid: int, first_signal: signal.Signals) -> None:
    family = family_of(pid)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, first_signal)
    still_alive(family, GRACE_SECONDS)
    kill(family_of(pid))


def _keep_the_list() -> None:
    alive: dict[int, signal.Signals] = {}
    folders: list[str] = []
    for line in sys.stdin:
        message = json.loads(line)
        if "watch" in message:
            alive[message["watch"]] = signal.Signals(message["signal"])
        elif "forget" in message:
            alive.pop(message["forget"], None)
        elif "folder" in message:
            folders.append(message["folder"])
        elif "gone" in message:
            folders.remove(message["gone"])
    for pid, first_signal in alive.items():
        _end(pid, first_signal)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


reaper = Reaper()

if __name__ == "__main__":
    os.umask(0o077)
    _keep_the_list()
