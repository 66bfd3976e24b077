"""Puts files into their folders so that a killed process loses nothing and does nothing twice.

The order of the steps is the guarantee. A copy is complete and on the disk before the journal
says where it is going; the journal says so before the file is there; the source of a move goes
last. `recover` continues, or takes back, what a process left between two of them.
"""

import errno
import itertools
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.files.blobs.local import fsync_directory
from cli.sorting.errors import NotPlaced, SourceChanged, as_sort_error
from cli.sorting.filesystem import copy_file, identify, link_file, move_file
from cli.sorting.journal import Identity, Journal, Method, Outcome, SortedFile
from cli.sorting.names import number_name


@dataclass(frozen=True)
class _Ready:
    """A file that only needs its final name: the source itself, or a copy of it."""

    path: Path
    identity: Identity
    digest: bytes | None


class Placement:
    """Puts files into the folders of `out` by one method."""

    def __init__(self, out: Path, journal: Journal, method: Method) -> None:
        self._out = out
        self._journal = journal
        self._method = method
        # In the state folder, so that nobody takes half a copy for a document.
        self._incoming = journal.folder / "incoming"
        self._counter = itertools.count()

    def recover(self) -> None:
        """Finish or take back what a killed process was doing. Raises SortError."""
        try:
            for entry, file in self._journal.staged():
                if self._is_there(file):
                    self._remove_source(file)
                    self._journal.finish(entry)
                else:
                    self._journal.drop(entry)
            self._incoming.mkdir(exist_ok=True)
            for leftover in self._incoming.iterdir():
                leftover.unlink()
        except OSError as error:
            raise as_sort_error(error) from error

    def place(self, source: Path, seen: Identity, folder: str, outcome: Outcome) -> SortedFile:
        """Put a file into a folder. Raises SourceChanged, NotPlaced and SortStopped.

        `seen` is what the file was before it was read; a file that changed since stays.
        """
        try:
            self._make_folder(folder)
            if self._method is Method.COPY:
                return self._place_copy(source, seen, folder, outcome)
            return self._place_itself(source, seen, folder, outcome)
        except FileNotFoundError as error:
            if identify(source) is None:
                raise SourceChanged("it is no longer there") from error
            raise as_sort_error(error) from error
        except OSError as error:
            raise as_sort_error(error) from error

    def _place_itself(
        self, source: Path, seen: Identity, folder: str, outcome: Outcome
    ) -> SortedFile:
        if identify(source) != seen:
            raise SourceChanged("it changed after it was read")
        try:
            return self._settle(source, seen, folder, outcome, _Ready(source, seen, None))
        except OSError as error:
            # Two mounts of one device are two file systems, too: only the attempt can tell.
            if error.errno != errno.EXDEV:
                raise
        if self._method is Method.LINK:
            raise NotPlaced("it is on another file system, which no hard link can reach")
        return self._place_copy(source, seen, folder, outcome)

    def _place_copy(
        self, source: Path, seen: Identity, folder: str, outcome: Outcome
    ) -> SortedFile:
        copy = self._incoming / str(next(self._counter))
        identity, digest = copy_file(source, copy, seen)
        try:
            return self._settle(source, seen, folder, outcome, _Ready(copy, identity, digest))
        finally:
            copy.unlink(missing_ok=True)

    def _settle(
        self, source: Path, seen: Identity, folder: str, outcome: Outcome, ready: _Ready
    ) -> SortedFile:
        for number in self._free_numbers(folder, source.name):
            file = SortedFile(
                method=self._method,
                source=source,
                size=seen.size,
                mtime_ns=seen.mtime_ns,
                folder=folder,
                name=source.name,
                number=number,
                target=Path(folder) / number_name(source.name, number),
                target_inode=ready.identity.inode,
                target_mtime_ns=ready.identity.mtime_ns,
                digest=ready.digest,
                outcome=outcome,
            )
            entry = self._journal.stage(file)
            try:
                self._give_name(ready.path, file)
            except FileExistsError:
                self._journal.drop(entry)
                continue
            except BaseException:
                self._take_back(entry, file)
                raise
            self._journal.finish(entry)
            return file
        raise AssertionError("numbers do not end")

    def _free_numbers(self, folder: str, name: str) -> Iterator[int]:
        first = self._journal.last_number(folder, name) + 1
        for number in itertools.count(first):
            if not os.path.lexists(self._out / folder / number_name(name, number)):
                yield number

    def _give_name(self, path: Path, file: SortedFile) -> None:
        target = self._out / file.target
        if file.method is Method.LINK:
            link_file(path, target)
        else:
            move_file(path, target)
        if not self._is_there(file):
            raise SourceChanged("it was replaced while it was sorted")
        self._remove_source(file)

    def _remove_source(self, file: SortedFile) -> None:
        """Remove the source of a move, unless another file has taken its path."""
        if file.method is not Method.MOVE:
            return
        found = identify(file.source)
        if found is not None and (found.size, found.mtime_ns) == (file.size, file.mtime_ns):
            file.source.unlink()
            fsync_directory(file.source.parent)

    def _take_back(self, entry: int, file: SortedFile) -> None:
        """Undo a name that was given, if the source still has the file, and its entry."""
        target = self._out / file.target
        found, source = identify(target), identify(file.source)
        if found is not None and found.inode == file.target_inode:
            if source is None:
                return  # the target is all there is: `recover` finishes the entry
            with suppress(OSError):
                target.unlink()
        self._journal.drop(entry)

    def _is_there(self, file: SortedFile) -> bool:
        found = identify(self._out / file.target)
        return found is not None and found.inode == file.target_inode

    def _make_folder(self, folder: str) -> None:
        path = self._out / folder
        with suppress(FileNotFoundError):
            # A link could lead anywhere.
            if not stat.S_ISDIR(path.lstat().st_mode):
                raise NotPlaced(f"{folder} in the output folder is not a folder: rename it")
            return
        self._journal.record_made(folder)
        path.mkdir()
        fsync_directory(self._out)
