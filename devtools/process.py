"""A server process with its log: start, wait until it is ready, stop, kill."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from devtools.reaper import GRACE_SECONDS, family_of, kill, reaper, still_alive
from devtools.waiting import WAIT_SECONDS, pauses


class ServerFailed(AssertionError):
    """A server failed to start, stop or become ready; the message ends with its log."""


class Process:
    """One server process in its own session, with its output in a file."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str],
        folder: Path,
        user: int | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self.log = log
        self._command = command
        self._environment = environment
        self._folder = folder
        self._user = user
        self._stop_signal = stop_signal
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._popen is not None, f"{self.name} was never started"
        return self._popen.pid

    @property
    def returncode(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return None if self._popen is None else self._popen.poll()

    def is_running(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    def start(self) -> None:
        assert not self.is_running(), f"{self.name} runs already"
        with self.log.open("ab") as output:
            self._popen = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
                env=dict(self._environment),
                user=self._user,
                group=self._user,
                extra_groups=None if self._user is None else [],
                start_new_session=True,
            )
        reaper.watch(self._popen.pid, self._stop_signal)

    def run(self, seconds: float = WAIT_SECONDS) -> None:
        """Start it and wait until it has ended well."""
        self.start()
        assert self._popen is not None
        try:
            self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise self.failure(f"did not end within {seconds:g} s") from None
        reaper.forget(self._popen.pid)
        if self._popen.returncode != 0:
            raise self.failure(f"ended with {self._popen.returncode}")

    def stop(self, seconds: float = WAIT_SECONDS) -> None:
        """Ask it to end and wait; having to be killed, or leaving children, is a failure."""
        if self._popen is None:
            return
        children = self._children()
        self._popen.send_signal(self._stop_signal)
        try:
            self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise self.failure(f"ignored {self._stop_signal.name} for {seconds:g} s") from None
        orphans = still_alive(children, min(seconds, GRACE_SECONDS))
        self.kill()
        if orphans:
            raise self.failure(f"ended and left behind: {orphans}")

    def kill(self) -> None:
        """SIGKILL it and everything that it started, also what it leaves when it is gone."""
        if self._popen is None:
            return
        children = self._children()
        # The parent first, so that it replaces no child.
        self._popen.kill()
        self._popen.wait(WAIT_SECONDS)
        kill([*children, *self._children()])
        reaper.forget(self._popen.pid)

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def wait(self, seconds: float = WAIT_SECONDS) -> int:
        assert self._popen is not None
        return self._popen.wait(seconds)

    def output(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def failure(self, what: str) -> ServerFailed:
        return ServerFailed(f"{self.name} {what}\n--- its log\n{self.output()[-8000:]}")

    def _children(self) -> list[psutil.Process]:
        # Not the process itself: its exit code must be collected by Popen, not by psutil.
        return [member for member in family_of(self.pid) if member.pid != self.pid]


def wait_until(ready: Callable[[], bool], process: Process, seconds: float = WAIT_SECONDS) -> None:
    """Ask again and again until the server is ready; fail with its log when it is not."""
    deadline = time.monotonic() + seconds
    waits = pauses()
    while not ready():
        if not process.is_running():
            raise process.failure(f"ended with {process.returncode} before it was ready")
        if time.monotonic() > deadline:
            raise process.failure(f"was not ready within {seconds:g} s")
        time.sleep(next(waits))
