"""Finds the files of a folder, once or again and again."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from cli.sorting.journal import JOURNAL_NAME, STATE_FOLDER, Identity

OnError = Callable[[Path, str], None]


def find_files(root: Path, out: Path, on_error: OnError) -> Iterator[tuple[Path, Identity]]:
    """Yield the files below `root` that are to be sorted, folder by folder, by name.

    Leaves out hidden files and folders, symbolic links, what is no regular file, `out`, and
    every other folder that has been sorted into. A folder that cannot be read is passed to
    `on_error` with the reason.
    """
    folders = [root]
    skipped = _identify_folder(out)
    while folders:
        folder = folders.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            on_error(folder, error.strerror or str(error))
            continue
        found = []
        for entry in entries:
            if entry.name.startswith("."):
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:  # gone meanwhile
                continue
            if stat.S_ISDIR(status.st_mode):
                if (status.st_dev, status.st_ino) != skipped and not _is_sorted_into(entry.path):
                    found.append(Path(entry.path))
            elif stat.S_ISREG(status.st_mode):
                yield Path(entry.path), Identity.of(status)
        folders += reversed(found)


def _identify_folder(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _is_sorted_into(folder: str) -> bool:
    return os.path.lexists(os.path.join(folder, STATE_FOLDER, JOURNAL_NAME))  # noqa: PTH118  # fast
