"""The servers of the tests end with the tests, whatever happens to either."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from devtools.process import Process, ServerFailed, wait_until
from devtools.reaper import still_alive

# Starts a child, tells its id, and does not care for it.
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"])
print(child.pid, flush=True)
time.sleep(100)
"""

TEST_RUN = """
import time
from devtools.postgres import PostgresServer
from devtools.redis import RedisServer
postgres, redis = PostgresServer(), RedisServer()
postgres.start()
redis.start()
print(postgres.pid, redis.pid, redis.socket.parent, flush=True)
time.sleep(100)
"""

REPOSITORY = Path(__file__).parents[3]


def python(tmp_path: Path, program: str) -> Process:
    return Process(
        "the program",
        [sys.executable, "-c", program],
        log=tmp_path / "log",
        environment={},
        folder=tmp_path,
    )


def child_of(process: Process) -> psutil.Process:
    wait_until(lambda: process.output().endswith("\n"), process, seconds=20)
    return psutil.Process(int(process.output()))


def test_killing_takes_the_children_along(tmp_path: Path):
    process = python(tmp_path, PARENT)
    process.start()
    child = child_of(process)
    process.kill()
    assert process.returncode == -signal.SIGKILL
    assert not still_alive([child], seconds=1)


def test_a_child_that_outlives_its_parent_is_a_failure_and_is_ended(tmp_path: Path):
    process = python(tmp_path, PARENT)
    process.start()
    child = child_of(process)
    with pytest.raises(ServerFailed, match="left behind"):
        process.stop(seconds=1)
    assert not still_alive([child], seconds=1)


def test_a_server_that_ignores_the_signal_is_a_failure_and_is_ended(tmp_path: Path):
    process = python(
        tmp_path,
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('deaf', flush=True); time.sleep(100)",
    )
    process.start()
    wait_until(lambda: "deaf" in process.output(), process, seconds=20)
    with pytest.raises(ServerFailed, match=r"ignored SIGTERM for 0.3 s[^$]*deaf"):
        process.stop(seconds=0.3)
    assert not process.is_running()


def test_a_server_that_ends_before_it_is_ready_shows_its_log(tmp_path: Path):
    process = python(tmp_path, "raise SystemExit('no port left')")
    process.start()
    with pytest.raises(ServerFailed, match=r"ended with 1 before it was ready[^$]*no port left"):
        wait_until(lambda: False, process, seconds=20)


def test_a_command_that_fails_shows_its_log(tmp_path: Path):
    with pytest.raises(ServerFailed, match=r"ended with 1[^$]*no database"):
        python(tmp_path, "raise SystemExit('no database')").run()


def test_a_killed_test_run_leaves_no_server_and_no_folder():
    with subprocess.Popen(
        [sys.executable, "-c", TEST_RUN], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    ) as run:
        assert run.stdout is not None
        postgres, redis, folder = run.stdout.readline().split()
        servers = [psutil.Process(int(postgres)), psutil.Process(int(redis))]
        run.kill()
    assert not still_alive(servers, seconds=20)
    wait_for_no(Path(folder))


def wait_for_no(folder: Path) -> None:
    for _ in range(100):
        if not folder.exists():
            return
        time.sleep(0.1)
    raise AssertionError(f"{folder} is still there")
