"""A folder is sorted, followed and put back by the real command and its classifier."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.process import Process
from devtools.waiting import until

SAMPLES = Path(__file__).parents[2] / "samples"
COMMAND = (sys.executable, "-m", "cli.main", "sort")
RULES = """
rules:
  - type: invoice
    description: A bill with an invoice number and date, line items and the total to pay.
  - type: recipe
    description: Cooking instructions for a dish, with a list of ingredients and the steps.
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sort")
    (folder / "scans").mkdir()
    (folder / "rules.yaml").write_text(RULES)
    for name in ("lentil-soup.txt", "scan-0093.pdf"):
        shutil.copy2(SAMPLES / name, folder / "scans")
    return folder


@pytest.fixture(scope="module")
def environment(folder: Path) -> dict[str, str]:
    named = {"PIGEONHOLE_URL", "LLAMA_CLOUD_BASE_URL"}
    kept = {name: value for name, value in os.environ.items() if name not in named}
    return {**kept, "XDG_CACHE_HOME": str(folder / "cache")}


@pytest.fixture
def watch(folder: Path, environment: dict[str, str]) -> Iterator[Process]:
    """The command that follows the folder; not started."""
    arguments = ("scans", "sorted", "--rules", "rules.yaml", "--move", "--watch")
    process = Process(
        "watch",
        (*COMMAND, *arguments),
        log=folder / "watch.log",
        environment=environment,
        folder=folder,
    )
    yield process
    process.stop()


def test_sorting_following_and_undoing(
    folder: Path, environment: dict[str, str], watch: Process
) -> None:
    scans, out = folder / "scans", folder / "sorted"
    before = {path.name: path.read_bytes() for path in scans.iterdir()}

    watch.start()
    until((out / "recipe" / "lentil-soup.txt").exists, "a file that was there")
    until((out / "_failed" / "scan-0093.pdf").exists, "a file that cannot be read")
    shutil.copy2(SAMPLES / "HS-20614.pdf", scans)
    before["HS-20614.pdf"] = (SAMPLES / "HS-20614.pdf").read_bytes()
    until((out / "invoice" / "HS-20614.pdf").exists, "a file that came")
    until(lambda: not any(scans.iterdir()), "the last move")
    watch.signal(signal.SIGTERM)

    assert watch.wait() == 0, watch.output()
    assert "3 files sorted: invoice 1, recipe 1, _failed 1" in watch.output()
    undone = subprocess.run(
        [*COMMAND, "--undo", "sorted"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert undone.stderr == "3 files put back.\n"
    assert {path.name: path.read_bytes() for path in scans.iterdir()} == before
    assert not out.exists()
