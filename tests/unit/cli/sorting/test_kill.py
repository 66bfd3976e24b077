"""A sort that is killed at any step goes on where it was: nothing is lost, nothing is there twice.

A forked process counts the changes that it makes to the file system, and kills itself before the
n-th one, for every n until it gets to the end.
"""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.sorting.journal import Method
from tests.unit.cli.sorting.first_word import contents, sort
from tests.unit.cli.sorting.test_undo import undo

STEPS = {"open", "os.link", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.utime"}
FILES = {"1/scan.txt": "invoice", "2/scan.txt": "invoice"}
SORTED = {
    "invoice/scan.txt": b"invoice",
    "invoice/scan (2).txt": b"invoice",
}


def is_killed(work: Callable[[], object], steps: int) -> bool:
    """Run the work in another process that dies before its n-th step; tells whether it died."""
    child = os.fork()
    if child == 0:
        count = 0

        def kill(event: str, _: object) -> None:
            nonlocal count
            if event not in STEPS:
                return
            count += 1
            if count == steps:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(kill)
        try:
            work()
        except BaseException:  # noqa: BLE001  # the exit code tells
            os._exit(1)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in {0, -signal.SIGKILL}
    return status != 0


def fill(source: Path) -> None:
    for name, text in FILES.items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@dataclass(frozen=True)
class Folders:
    """Folders for one try, on one file system or on two."""

    source: Path
    out: Path


MakeFolders = Callable[[int], Folders]
EACH_WAY = pytest.mark.parametrize(
    ("method", "is_far"),
    [(Method.COPY, False), (Method.LINK, False), (Method.MOVE, False), (Method.MOVE, True)],
)


@pytest.fixture
def make_folders(tmp_path: Path, other_file_system: Path, *, is_far: bool) -> MakeFolders:
    def make(number: int) -> Folders:
        # In memory where possible: hundreds of fsyncs take a minute on a busy disk.
        beside = other_file_system / f"{number}"
        source = (tmp_path / f"{number}" if is_far else beside) / "in"
        fill(source)
        beside.mkdir(exist_ok=True)
        return Folders(source, beside / "out")

    return make


@EACH_WAY
def test_a_killed_sort_goes_on(make_folders: MakeFolders, method: Method) -> None:
    steps, killed = 0, True
    while killed:
        steps += 1
        folders = make_folders(steps)
        source, out = folders.source, folders.out
        before = contents(source)

        killed = is_killed(lambda f=folders: sort(f.source, f.out, method), steps)
        sort(source, out, method)

        assert contents(out) == SORTED, f"killed before step {steps}"
        assert contents(source) == ({} if method is Method.MOVE else before)
        assert not any((out / ".pigeonhole" / "incoming").iterdir())
        assert undo(out) == {}
        assert contents(source) == before
    assert steps > 10


@EACH_WAY
def test_a_killed_undo_goes_on(make_folders: MakeFolders, method: Method) -> None:
    steps, killed = 0, True
    while killed:
        steps += 1
        folders = make_folders(steps)
        source, out = folders.source, folders.out
        before = contents(source)
        sort(source, out, method)

        killed = is_killed(lambda f=folders: undo(f.out), steps)
        if (out / ".pigeonhole" / "journal.db").exists():
            assert undo(out) == {}

        assert contents(source) == before, f"killed before step {steps}"
        assert not out.exists() or contents(out) == {}
    assert steps > 10
