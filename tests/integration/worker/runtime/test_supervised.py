"""The supervisor restarts a process that died, also after a lack of files."""

import os
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from app.settings import Settings
from devtools.reaper import is_alive
from devtools.waiting import until
from worker.runtime import supervised
from worker.runtime.celery import DelivererProcess


def wait_for_a_signal(_: Settings) -> None:
    """Stands in for deliveries; imported by its name in the child."""
    time.sleep(60)


@pytest.fixture
def deliverer(monkeypatch: pytest.MonkeyPatch) -> Iterator[DelivererProcess]:
    monkeypatch.setattr(supervised, "RESTART_SECONDS", (0.1,))
    deliverer = DelivererProcess(Settings(drain_seconds=5), wait_for_a_signal)
    deliverer.start()
    yield deliverer
    deliverer.stop()
    assert living() == []


def living() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children()
        if is_alive(child) and "spawn_main" in " ".join(child.cmdline())
    ]


@contextmanager
def no_more_files() -> Iterator[None]:
    """Prevent this process from opening files and pipes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("deliverer")
def test_a_process_that_died_is_replaced(
    caplog: pytest.LogCaptureFixture,
) -> None:
    (victim,) = living()
    with no_more_files():
        os.kill(victim.pid, signal.SIGKILL)
        until(lambda: "failed; retrying" in caplog.text, "a failed start")

    others = until(lambda: [child for child in living() if child != victim], "another one")

    assert len(others) == 1
    assert others[0].pid != victim.pid


def test_no_process_is_started_after_stop(
    deliverer: DelivererProcess, caplog: pytest.LogCaptureFixture
) -> None:
    (victim,) = living()
    victim.kill()
    until(lambda: "died" in caplog.text, "its death being noticed")

    deliverer.stop()

    assert living() == []
