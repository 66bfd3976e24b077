"""Puts everything back that a sort did, and leaves what was changed since."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.files.blobs.local import fsync_directory
from cli.sorting.errors import SortError, as_sort_error
from cli.sorting.filesystem import copy_file, hash_file, identify, move_file, remove_if_empty
from cli.sorting.journal import JOURNAL_NAME, Identity, Journal, Method, SortedFile


@dataclass(frozen=True)
class Undone:
    """What happened to one sorted file: put back, or left with the reason."""

    file: SortedFile
    left: str | None = None


class _Left(Exception):
    """The file stays where it is."""


def undo_sort(out: Path, journal: Journal) -> Iterator[Undone]:
    """Put back file by file, the last one first; yields what happened to each.

    A process that is killed meanwhile loses nothing: the next `undo_sort` continues.
    Raises SortStopped when nothing can be put back.
    """
    for entry, file in journal.newest_first():
        try:
            _put_back(out, file)
        except _Left as reason:
            yield Undone(file, str(reason))
            continue
        except OSError as error:
            yield Undone(file, str(as_sort_error(error)))
            continue
        except SortError as error:
            yield Undone(file, str(error))
            continue
        journal.drop(entry)
        yield Undone(file)


def remove_traces(out: Path, journal: Journal, *, is_all_back: bool) -> None:
    """Remove the empty folders that the sort made; the journal too if everything is back.

    The journal is closed then.
    """
    made = journal.made()
    for folder in made:
        if folder:
            remove_if_empty(out / folder)
    if not is_all_back:
        return
    journal.close()
    # The journal goes last: without it a killed undo could not be repeated.
    for path in sorted(journal.folder.iterdir(), key=lambda each: each.name == JOURNAL_NAME):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    remove_if_empty(journal.folder)
    if "" in made:
        remove_if_empty(out)


def _put_back(out: Path, file: SortedFile) -> None:
    target = out / file.target
    found, source = identify(target), identify(file.source)
    if file.method is Method.MOVE:
        _move_back(target, found, file, source)
        return
    if found is None:
        if os.path.lexists(target):
            raise _Left("something else is in its place")
        return  # removed by hand, or by an undo that was killed
    _require_unchanged(target, found, file)
    if source is None:
        raise _Left("the original is gone, so this is the last one")
    if (source.size, source.mtime_ns) != (file.size, file.mtime_ns):
        raise _Left("the original was changed since, so this is the only one as it was")
    target.unlink()
    fsync_directory(target.parent)


def _move_back(
    target: Path, found: Identity | None, file: SortedFile, source: Identity | None
) -> None:
    if found is None:
        if source is not None and (source.size, source.mtime_ns) == (file.size, file.mtime_ns):
            return  # an undo that was killed had put it back
        raise _Left("it is no longer there")
    _require_unchanged(target, found, file)
    if source is None and not os.path.lexists(file.source):
        _return_to(file.source, target, found)
        return
    if source is not None and _is_same(source, found, file, target):
        # An undo that was killed had put it back, and perhaps left its copy beside it.
        _copy_beside(file.source, found).unlink(missing_ok=True)
        target.unlink()
        fsync_directory(target.parent)
        return
    raise _Left(f"another file is at {file.source}")


def _return_to(source: Path, target: Path, found: Identity) -> None:
    source.parent.mkdir(parents=True, exist_ok=True)
    try:
        move_file(target, source)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    else:
        return
    copy = _copy_beside(source, found)
    copy.unlink(missing_ok=True)
    copy_file(target, copy, found)
    try:
        move_file(copy, source)
    except BaseException:
        with suppress(OSError):
            copy.unlink()
        raise
    target.unlink()
    fsync_directory(target.parent)


def _copy_beside(source: Path, found: Identity) -> Path:
    # Hidden, so that a sort that runs over it leaves it alone.
    return source.with_name(f".pigeonhole-{found.inode}")


def _require_unchanged(target: Path, found: Identity, file: SortedFile) -> None:
    is_same = found.size == file.size and found.mtime_ns == file.target_mtime_ns
    if is_same and file.digest is not None:
        # A program can change a file and reset its time.
        is_same = hash_file(target) == file.digest
    if not is_same:
        raise _Left("it was changed since")


def _is_same(source: Identity, found: Identity, file: SortedFile, target: Path) -> bool:
    if (source.device, source.inode) == (found.device, found.inode):
        return True
    return source.size == found.size and hash_file(file.source) == hash_file(target)
