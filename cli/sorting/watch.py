"""Follows a folder and tells which of its files are complete.

A file is complete when two looks find it the same and no process has it open for writing. Linux
tells the latter of processes that this user may inspect; a program on another machine that pauses
while it writes is only noticed by its next write.
"""

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cli.sorting.inbox import OnError, find_files
from cli.sorting.journal import Identity

LOOK_SECONDS = 1.0
_PROCESSES = Path("/proc")


@dataclass(slots=True)
class _Look:
    """What the last look found at a path, and whether the file has been handed out."""

    identity: Identity
    is_taken: bool


class Watch:
    """Looks into a folder once a second."""

    def __init__(
        self,
        root: Path,
        leave_out: Sequence[Path],
        is_sorted: Callable[[Path, Identity], bool],
        on_error: OnError,
    ) -> None:
        self._root, self._leave_out = root, leave_out
        self._is_sorted = is_sorted
        self._on_error = on_error
        self._complete: deque[Path] = deque()
        self._looked = -LOOK_SECONDS
        self._looks: dict[Path, _Look] = {}
        self._unreadable: set[Path] = set()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Path:
        """Return a file that is complete; looks if the last look is a second old.

        Unlike other iterators it may have more after StopIteration, which only says that nothing
        is complete now: a classifier that asks again while it reads gets what has come meanwhile.
        """
        if not self._complete and time.monotonic() >= self._looked + LOOK_SECONDS:
            self._looked = time.monotonic()
            self._complete.extend(self.look())
        if not self._complete:
            raise StopIteration
        return self._complete.popleft()

    def wait(self) -> None:
        """Sleep until the next look is due."""
        time.sleep(max(0.0, self._looked + LOOK_SECONDS - time.monotonic()))

    def look(self) -> list[Path]:
        """Return the files that have become complete since the last look, each once."""
        looks: dict[Path, _Look] = {}
        unchanged: dict[Path, _Look] = {}
        for path, identity in find_files(self._root, self._leave_out, self._report):
            last = self._looks.get(path)
            if last is not None and last.identity == identity:
                looks[path] = last
                if not last.is_taken:
                    unchanged[path] = last
            else:
                is_sorted = self._is_sorted(path, identity)
                looks[path] = _Look(identity, is_taken=is_sorted)
        self._looks = looks
        if not unchanged:
            return []
        written = _find_written(look.identity for look in unchanged.values())
        complete = []
        for path, look in unchanged.items():
            if (look.identity.device, look.identity.inode) not in written:
                look.is_taken = True
                complete.append(path)
        return complete

    def forget(self, path: Path) -> None:
        """Hand a file out again once it is complete: it changed after it was handed out."""
        self._looks.pop(path, None)

    def _report(self, folder: Path, reason: str) -> None:
        if folder not in self._unreadable:  # once, not each second
            self._unreadable.add(folder)
            self._on_error(folder, reason)


def _find_written(identities: Iterator[Identity]) -> set[tuple[int, int]]:
    """Return which of the files, as device and inode, a process has open for writing."""
    wanted = {(each.device, each.inode) for each in identities}
    found = set()
    for process in _numbered(_PROCESSES):
        for descriptor in _numbered(process / "fd"):
            try:
                # Not of pipes and sockets, whose links do not begin with a slash.
                if not str(descriptor.readlink()).startswith("/"):
                    continue
                status = descriptor.stat()
                key = (status.st_dev, status.st_ino)
                if key in wanted and _is_for_writing(process / "fdinfo" / descriptor.name):
                    found.add(key)
            except (OSError, ValueError):  # closed meanwhile
                continue
    return found


def _numbered(folder: Path) -> Iterator[Path]:
    try:
        names = os.listdir(folder)  # noqa: PTH208  # may be none of ours to read
    except OSError:
        return
    yield from (folder / name for name in names if name.isdecimal())


def _is_for_writing(information: Path) -> bool:
    """Read the access mode of a descriptor: proc_pid_fdinfo(5), `flags`, octal."""
    for line in information.read_text().splitlines():
        if line.startswith("flags:"):
            return int(line.split()[1], 8) & os.O_ACCMODE != os.O_RDONLY
    return False
