"""The journal of a sorted folder: what was put where, durable before it happens.

A SQLite file in `OUT/.pigeonhole`. Each change is on the disk when the method returns. The
journal also is the lock: one process at a time has it open.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.errors import StartupError
from cli.sorting.errors import SortStopped

STATE_FOLDER = ".pigeonhole"
JOURNAL_NAME = "journal.db"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    id INTEGER PRIMARY KEY,
    is_done INTEGER NOT NULL,
    method TEXT NOT NULL,
    source BLOB NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    folder TEXT NOT NULL,
    name BLOB NOT NULL,
    number INTEGER NOT NULL,
    target BLOB NOT NULL,
    target_inode INTEGER NOT NULL,
    target_mtime_ns INTEGER NOT NULL,
    digest BLOB,
    type TEXT,
    confidence REAL,
    summary TEXT,
    error TEXT
);
CREATE INDEX IF NOT EXISTS files_source ON files (source);
CREATE INDEX IF NOT EXISTS files_name ON files (folder, name, number);
CREATE INDEX IF NOT EXISTS files_staged ON files (id) WHERE NOT is_done;
CREATE TABLE IF NOT EXISTS folders (type TEXT PRIMARY KEY, folder TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS made (path TEXT PRIMARY KEY);
"""
_COLUMNS = (
    "method, source, size, mtime_ns, folder, name, number, target, target_inode, target_mtime_ns,"
    " digest, type, confidence, summary, error"
)


class Method(StrEnum):
    """How a file gets into its folder."""

    COPY = "copy"
    MOVE = "move"
    LINK = "link"


@dataclass(frozen=True)
class Identity:
    """What tells that a file is the same and has not been written to."""

    size: int
    mtime_ns: int
    inode: int
    device: int

    @classmethod
    def of(cls, status: os.stat_result) -> "Identity":
        """Return the identity that a status tells."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ino, status.st_dev)


@dataclass(frozen=True)
class Outcome:
    """What was found out about a file; `error` says why it has no type."""

    type: str | None = None
    confidence: float | None = None
    summary: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class SortedFile:
    """A file and the place that it has, or is about to get.

    `target` is relative to the folder of the journal. `digest` is the SHA-256 of a copy.
    """

    method: Method
    source: Path
    size: int
    mtime_ns: int
    folder: str
    name: str
    number: int
    target: Path
    target_inode: int
    target_mtime_ns: int
    digest: bytes | None
    outcome: Outcome


class Journal:
    """The journal of one folder."""

    def __init__(self, out: Path) -> None:
        """Open the journal of the folder `out`, and create it. Raises StartupError."""
        self.folder = out / STATE_FOLDER
        with _started(out):
            # Used by one thread at a time, which need not be the one that opened it.
            self._database = sqlite3.connect(
                self.folder / JOURNAL_NAME,
                timeout=0,
                isolation_level=None,
                check_same_thread=False,
            )
        try:
            with _started(out):
                # Exclusive: the lock of the folder, and no shared memory beside the file.
                self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
                self._database.execute("PRAGMA journal_mode = WAL")
                self._database.execute("PRAGMA synchronous = FULL")
                self._database.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")
        except BaseException:
            self._database.close()
            raise

    def close(self) -> None:
        """Release the lock."""
        self._database.close()

    def stage(self, file: SortedFile) -> int:
        """Record what is about to happen; returns the number of the entry."""
        values = (
            file.method,
            os.fsencode(file.source),
            file.size,
            file.mtime_ns,
            file.folder,
            os.fsencode(file.name),
            file.number,
            os.fsencode(file.target),
            # SQLite has signed integers of 64 bits, file systems unsigned ones.
            _signed(file.target_inode),
            file.target_mtime_ns,
            file.digest,
            file.outcome.type,
            file.outcome.confidence,
            file.outcome.summary,
            file.outcome.error,
        )
        marks = ", ".join("?" * len(values))
        with _working():
            cursor = self._database.execute(
                f"INSERT INTO files (is_done, {_COLUMNS}) VALUES (0, {marks})",  # noqa: S608  # ours
                values,
            )
        assert cursor.lastrowid is not None  # noqa: S101  # an insert has one
        return cursor.lastrowid

    def finish(self, entry: int) -> None:
        """Record that the file is in its place."""
        with _working():
            self._database.execute("UPDATE files SET is_done = 1 WHERE id = ?", (entry,))

    def drop(self, entry: int) -> None:
        """Remove an entry: the file did not get its place, or no longer has it."""
        with _working():
            self._database.execute("DELETE FROM files WHERE id = ?", (entry,))

    def staged(self) -> list[tuple[int, SortedFile]]:
        """Return what was about to happen when a process died."""
        with _working():
            rows = self._database.execute(
                f"SELECT id, {_COLUMNS} FROM files WHERE NOT is_done"  # noqa: S608  # ours
            ).fetchall()
        return [(row[0], _file(row[1:])) for row in rows]

    def newest_first(self) -> Iterator[tuple[int, SortedFile]]:
        """Yield the files that are in their places, the last one first; entries may be dropped."""
        return self._pages("id < ?", "DESC", 2**62)

    def oldest_first(self) -> Iterator[tuple[int, SortedFile]]:
        """Yield the files that are in their places, the first one first."""
        return self._pages("id > ?", "ASC", 0)

    def has(self, source: Path, identity: Identity) -> bool:
        """Tell whether a file is sorted and unchanged since.

        A file that was moved away is not: what is at its path now came later.
        """
        with _working():
            row = self._database.execute(
                "SELECT 1 FROM files WHERE source = ? AND size = ? AND mtime_ns = ?"
                " AND method != 'move' AND is_done",
                (os.fsencode(source), identity.size, identity.mtime_ns),
            ).fetchone()
        return row is not None

    def last_number(self, folder: str, name: str) -> int:
        """Return the highest number that a file of this name has in a folder; 0 if none is."""
        with _working():
            row = self._database.execute(
                "SELECT max(number) FROM files WHERE folder = ? AND name = ?",
                (folder, os.fsencode(name)),
            ).fetchone()
        return int(row[0] or 0)

    def folders(self) -> dict[str, str]:
        """Return the folder of each type that has been sorted into this journal's folder."""
        with _working():
            rows = self._database.execute("SELECT type, folder FROM folders").fetchall()
        return {document_type: str(_inside(Path(folder))) for document_type, folder in rows}

    def record_folder(self, document_type: str, folder: str) -> None:
        """Record the folder of a type; it stays the same when the rules change."""
        with _working():
            self._database.execute(
                "INSERT OR REPLACE INTO folders VALUES (?, ?)", (document_type, folder)
            )

    def record_made(self, path: str) -> None:
        """Record a folder that is about to be made; relative to the journal's folder."""
        with _working():
            self._database.execute("INSERT OR IGNORE INTO made VALUES (?)", (path,))

    def made(self) -> list[str]:
        """Return the folders that the sort made."""
        with _working():
            paths = [row[0] for row in self._database.execute("SELECT path FROM made")]
        return [str(_inside(Path(path))) if path else "" for path in paths]

    def _pages(self, condition: str, order: str, start: int) -> Iterator[tuple[int, SortedFile]]:
        # Page by page: the entries may change while they are read.
        while True:
            with _working():
                rows = self._database.execute(
                    f"SELECT id, {_COLUMNS} FROM files WHERE is_done AND {condition}"  # noqa: S608
                    f" ORDER BY id {order} LIMIT 500",
                    (start,),
                ).fetchall()
            if not rows:
                return
            for row in rows:
                yield row[0], _file(row[1:])
            start = rows[-1][0]


def _file(row: tuple) -> SortedFile:  # type: ignore[type-arg]  # what SQLite returns
    method, source, size, mtime_ns, folder, name, number, target, inode, target_mtime_ns = row[:10]
    digest, document_type, confidence, summary, error = row[10:]
    return SortedFile(
        method=Method(method),
        source=Path(os.fsdecode(source)),
        size=size,
        mtime_ns=mtime_ns,
        folder=folder,
        name=os.fsdecode(name),
        number=number,
        target=_inside(Path(os.fsdecode(target))),
        target_inode=inode % 2**64,
        target_mtime_ns=target_mtime_ns,
        digest=digest,
        outcome=Outcome(document_type, confidence, summary, error),
    )


def _inside(path: Path) -> Path:
    """Return a path below the folder of the journal; raises StartupError for any other.

    A sort writes no other, but a folder may come with its journal from a stranger.
    """
    if path.is_absolute() or ".." in path.parts:
        raise StartupError(
            f"the journal names {path}, which is outside of its folder: no sort wrote that, so"
            " move the folder .pigeonhole away"
        )
    return path


def _signed(number: int) -> int:
    return number - 2**64 if number >= 2**63 else number


@contextmanager
def _started(out: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise StartupError(
                f"another sort is working on {out}: wait until it ends, or stop it"
            ) from None
        raise StartupError(f"{out / STATE_FOLDER}: the journal cannot be opened: {error}") from None
    except sqlite3.DatabaseError as error:
        raise StartupError(
            f"{out / STATE_FOLDER / JOURNAL_NAME} is damaged ({error}): move it away; what is"
            " sorted already stays, and will be sorted once more"
        ) from None


@contextmanager
def _working() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise SortStopped(f"the journal cannot be written: {error}") from error
