"""Several processes count into one directory: what they are, how they end, how often replaced."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from devtools.waiting import WAIT_SECONDS

PARENT = """
import os, subprocess, sys
from app.observability import metrics
from app.observability.multiprocess import render_metrics, shared_metrics
CHILD = '''
import os
from app.observability import metrics
from app.observability.multiprocess import join_metrics
join_metrics()
for _ in range(100):
    metrics.FILES.add(1, "classified")
metrics.REQUESTS_IN_FLIGHT.add(1)
os.kill(os.getpid(), 9)
'''
with shared_metrics():
    directory = os.environ["PROMETHEUS_MULTIPROC_DIR"]
    for _ in range(4):
        children = [
            subprocess.Popen([sys.executable, "-c", CHILD])
            for _ in range(2)
        ]
        for child in children:
            assert child.wait() == -9
    if os.fork() == 0:
        metrics.FILES.add(5, "failed")
        os._exit(0)
    os.wait()
    metrics.FILES.add(7, "failed")
    text = render_metrics().decode()
    files = sorted(name for name in os.listdir(directory) if name.endswith(".db"))
print(len(files), os.path.exists(directory), directory)
print(text)
"""


def run(program: str, folder: Path) -> str:
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "TMPDIR": str(folder)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_processes_that_come_and_are_killed(tmp_path: Path) -> None:
    first, _, text = run(PARENT, tmp_path).partition("\n")
    files, is_left, _ = first.split()
    values = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }

    assert values["pigeonhole_files_total", "classified"] == 4 * 2 * 100
    assert values["pigeonhole_files_total", "failed"] == 12
    assert values["pigeonhole_wakeups_failed_total",] == 0
    # Three slots: the parent and two children at a time; each has three files.
    assert int(files) <= 9
    # Only the last process of each slot may still count a request as in flight. If one child ended
    # before the other began, both had the same slot, which the parent's fork cleared.
    assert values.get(("pigeonhole_requests_in_flight",), 0) <= 2
    assert is_left == "False"
    assert list(tmp_path.iterdir()) == []


def test_a_killed_server_leaves_nothing_for_ever(tmp_path: Path) -> None:
    killed = "import os\nfrom app.observability.multiprocess import shared_metrics\n"
    killed += "with shared_metrics():\n    os.kill(os.getpid(), 9)"
    with pytest.raises(subprocess.CalledProcessError) as ended:
        run(killed, tmp_path)
    (left,) = tmp_path.iterdir()
    long_ago = time.time() - 3600
    os.utime(left, (long_ago, long_ago))
    alive = "import sys\nfrom app.observability.multiprocess import shared_metrics\n"
    alive += "with shared_metrics():\n    print(); sys.stdout.flush(); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", alive],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        running.stdout.readline()
        (living,) = tmp_path.iterdir()
        os.utime(living, (long_ago, long_ago))
        run(
            "from app.observability.multiprocess import shared_metrics\n"
            "with shared_metrics(): pass",
            tmp_path,
        )
        kept = list(tmp_path.iterdir())

    assert ended.value.returncode == -signal.SIGKILL
    assert living != left
    assert kept == [living]


NO_ROOM = """
import os, resource, signal
from app.observability import metrics
from app.observability.multiprocess import VARIABLE, join_metrics, shared_metrics
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
with shared_metrics():
    assert VARIABLE not in os.environ, "children would try in vain"
    metrics.FILES.add(1, "classified")
os.environ[VARIABLE] = os.getcwd()
join_metrics()
metrics.FILES.add(1, "classified")
# What measures coverage writes at the end.
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
"""


def test_a_full_disk_stops_figures_and_nothing_else(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", NO_ROOM],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(tmp_path), "PYTHONPATH": str(Path.cwd())},
        timeout=WAIT_SECONDS,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "are not served" in done.stderr
    assert not list(tmp_path.glob("pigeonhole-metrics-*")), "nothing is left behind"
    assert not list(tmp_path.glob("*.db")), "no file that is cut"
