"""The files of folders, one after the other, for commands that take files and folders."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from app.errors import StartupError
from app.text import escape_line

# Windows hides these by an attribute, which copies on other systems do not have.
_SYSTEM_FILES = frozenset({"desktop.ini", "ehthumbs.db", "thumbs.db"})


def is_hidden(name: str) -> bool:
    """Tell whether systems hide a file or folder of this name; lock files of Office, too."""
    return name.startswith((".", "~$")) or name.lower() in _SYSTEM_FILES


def check_paths(paths: Sequence[Path]) -> None:
    """Raise StartupError unless each path is a file or a folder that can be read."""
    for path in paths:
        shown = escape_line(str(path))
        if not path.exists():
            raise StartupError(f"{shown} does not exist: give files or folders that exist")
        if not (path.is_dir() or path.is_file()):
            raise StartupError(f"{shown} is neither a file nor a folder: give one")
        if not os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0)):
            raise StartupError(f"{shown} cannot be read: change its permissions, or leave it out")


OnError = Callable[[Path, str], None]
"""Takes a folder that cannot be read, and the reason."""


def ignore_error(_folder: Path, _reason: str) -> None:
    """Take a folder that cannot be read, and do nothing."""


def find_files(
    paths: Sequence[Path], leave_out: Sequence[Path] = (), on_error: OnError = ignore_error
) -> Iterator[Path]:
    """Return the files that paths name, and those below folders, in the order of their names.

    Leaves out hidden files and folders, links, and what is neither file nor folder, but not what
    is named itself; and the files of `leave_out`, such as the rules. A file is returned once,
    however often it is named, but twice if it has two names. A folder that cannot be read is left
    out, and goes to `on_error`.
    """
    excluded = set(filter(None, map(_identity, leave_out)))
    seen: set[str] = set()
    for path in paths:
        for found in _walk(path, on_error) if path.is_dir() else (path,):
            if excluded and _identity(found) in excluded:
                continue
            # Only what is named can come twice: the files of one folder cost no memory.
            if len(paths) > 1:
                name = os.path.abspath(found)  # noqa: PTH100  # of a link, its own name
                if name in seen:
                    continue
                seen.add(name)
            yield found


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _walk(folder: Path, on_error: OnError) -> Iterator[Path]:
    try:
        with os.scandir(folder) as scan:
            children = sorted(
                (entry.name, entry.is_dir(follow_symlinks=False))
                for entry in scan
                if not is_hidden(entry.name)
                and (entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False))
            )
    except OSError as error:
        on_error(folder, error.strerror or type(error).__name__)
        return
    for name, is_folder in children:
        if is_folder:
            yield from _walk(folder / name, on_error)
        else:
            yield folder / name
