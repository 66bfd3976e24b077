"""Refuses what cannot be sorted, before anything happens: one sentence that says what to do."""

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from app.errors import StartupError
from app.text import escape_line
from cli.sorting.inbox import find_files
from cli.sorting.journal import JOURNAL_NAME, STATE_FOLDER, Method
from cli.sorting.names import SPECIAL_FOLDERS, assign_folders
from cli.sorting.session import Order


def check_source(source: Path) -> Path:
    """Return the absolute path of the folder to sort. Raises StartupError."""
    shown = escape_line(str(source))
    if not source.exists():
        raise StartupError(f"{shown} does not exist: give the folder with the files to sort")
    if not source.is_dir():
        raise StartupError(f"{shown} is not a folder: give the folder with the files to sort")
    if not os.access(source, os.R_OK | os.X_OK):
        raise StartupError(f"{shown} cannot be read: change its permissions")
    return source.resolve()


def check_output(source: Path, out: Path, *, removes_sources: bool) -> Path:
    """Return the absolute path of the folder to sort into; it need not exist.

    `source` is the absolute path of the folder to sort. Raises StartupError.
    """
    out, shown = out.resolve(), escape_line(str(out))
    if source == out or source.is_relative_to(out):
        raise StartupError(
            f"{escape_line(str(source))} is in {shown}, where the sorted files go: give another"
            " output folder, such as one beside it"
        )
    if out.exists() and not out.is_dir():
        raise StartupError(f"{shown} is a file: give a folder to sort into")
    writable = out if out.exists() else out.parent
    if not writable.is_dir():
        raise StartupError(f"{escape_line(str(writable))} does not exist: make it first")
    if not os.access(writable, os.W_OK | os.X_OK):
        raise StartupError(
            f"{escape_line(str(writable))} cannot be written: change its permissions, or give"
            " another output folder"
        )
    if removes_sources and not os.access(source, os.W_OK):
        raise StartupError(
            f"files cannot be moved out of {escape_line(str(source))}: change its permissions, or"
            " leave out --move"
        )
    return out


def check_order(order: Order, *, is_watch: bool) -> None:
    """Raise StartupError unless an order can be carried out. A watch may begin without files."""
    source, out = order.source, order.out
    check_folders(out, (*SPECIAL_FOLDERS, *assign_folders(order.types, {}).values()))
    found = find_files(source, order.leave_out, lambda *_: None)
    first = next((path for path, _ in found), None)
    is_first_run = not (out / STATE_FOLDER / JOURNAL_NAME).exists()
    if first is None and is_first_run and not is_watch:
        raise StartupError(
            f"there are no files in {escape_line(str(source))}: name another folder; hidden files"
            " and links are left out"
        )
    if first is not None and order.method == Method.LINK:
        check_links(source, out, first)


def check_folders(out: Path, folders: Iterable[str]) -> None:
    """Raise StartupError if something other than a folder has the name of one of the folders."""
    for folder in folders:
        with suppress(FileNotFoundError):
            if not stat.S_ISDIR((out / folder).lstat().st_mode):
                raise StartupError(
                    f"{escape_line(str(out / folder))} is not a folder: rename it, because files"
                    " of that type go there"
                )


def check_links(source: Path, out: Path, first: Path) -> None:
    """Raise StartupError unless a hard link to the file `first` can be made in `out`.

    `out` need not exist: its parent is tried then. The link is removed again.
    """
    folder = out if out.is_dir() else out.parent
    probe = folder / f".pigeonhole-{os.getpid()}"
    try:
        os.link(first, probe, follow_symlinks=False)
        probe.unlink()
    except OSError as error:
        raise StartupError(
            f"files of {escape_line(str(source))} cannot be hard-linked into"
            f" {escape_line(str(folder))} ({error.strerror}): leave out --link to copy, or give an"
            " output folder on the same file system"
        ) from None


def check_sorted(out: Path) -> Path:
    """Return the absolute path of a folder that was sorted into. Raises StartupError."""
    shown = escape_line(str(out))
    if not out.is_dir():
        raise StartupError(f"{shown} is not a folder: give the output folder of the sort")
    if not (out / STATE_FOLDER / JOURNAL_NAME).is_file():
        raise StartupError(
            f"{shown} has no journal of a sort: give the output folder of the sort to undo"
        )
    if not os.access(out, os.W_OK | os.X_OK):
        raise StartupError(f"{shown} cannot be written: change its permissions")
    return out.resolve()
