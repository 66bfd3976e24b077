"""Finds the files of a folder, once or again and again."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cli.classification.folder import is_hidden
from cli.sorting.journal import JOURNAL_NAME, STATE_FOLDER, Identity

OnError = Callable[[Path, str], None]


def find_files(
    root: Path, leave_out: Sequence[Path], on_error: OnError
) -> Iterator[tuple[Path, Identity]]:
    """Yield the files below `root` that are to be sorted, folder by folder, by name.

    Leaves out hidden files and folders, symbolic links, what is not a regular file, the files and
    folders of `leave_out`, and every other folder that has been sorted into. A folder that cannot
    be read is passed to `on_error` with the reason.
    """
    folders = [root]
    skipped = set(filter(None, map(_identify, leave_out)))
    while folders:
        found = []
        for path, status in _list(folders.pop(), on_error):
            if (status.st_dev, status.st_ino) in skipped:
                continue
            if stat.S_ISREG(status.st_mode):
                yield Path(path), Identity.of(status)
            elif stat.S_ISDIR(status.st_mode) and not _is_sorted_into(path):
                found.append(Path(path))
        folders += reversed(found)


def _list(folder: Path, on_error: OnError) -> Iterator[tuple[str, os.stat_result]]:
    """Yield the path and status of what is in a folder and not hidden, by name."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        on_error(folder, error.strerror or str(error))
        return
    for entry in entries:
        if is_hidden(entry.name):
            continue
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError:  # gone meanwhile
            continue
        yield entry.path, status


def _identify(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _is_sorted_into(folder: str) -> bool:
    return os.path.lexists(os.path.join(folder, STATE_FOLDER, JOURNAL_NAME))  # noqa: PTH118  # fast
