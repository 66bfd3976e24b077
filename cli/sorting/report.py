"""What a sort tells: its CSV file, JSON objects, lines and the summary."""

import csv
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from app.text import counted, escape_line, spreadsheet_cell
from cli.sorting.errors import SortStopped
from cli.sorting.journal import Journal, Method, Outcome
from cli.sorting.names import CHECK, FAILED, UNKNOWN
from cli.sorting.undo import Undone

CSV_NAME = "sorted.csv"
COLUMNS = ("file", "sorted_to", "type", "confidence", "summary", "error")
_MEANINGS = {CHECK: "please check", UNKNOWN: "no rule fits", FAILED: "could not be read"}


@dataclass(frozen=True)
class SortedItem:
    """What happened to one file.

    `target` is its place relative to the output folder, None if it stayed where it is; `problem`
    says why. `is_failure` is false for a file that only has to be sorted again.
    """

    source: Path
    outcome: Outcome
    folder: str | None = None
    target: Path | None = None
    problem: str | None = None
    is_failure: bool = False

    @property
    def error(self) -> str | None:
        """Why the file has no type, or no place."""
        return self.problem or self.outcome.error

    def to_json(self) -> dict[str, Any]:
        """Return the item of `--json`."""
        return {
            "file": _printable(str(self.source)),
            "sorted_to": None if self.target is None else _printable(str(self.target)),
            "type": self.outcome.type,
            "confidence": self.outcome.confidence,
            "summary": self.outcome.summary,
            "error": self.error,
        }


class CsvReport:
    """The CSV file of a sorted folder: a row for each file, written as soon as it has its place.

    What the journal has is written again at the start, because a killed process may have left
    half a row.
    """

    def __init__(self, journal: Journal) -> None:
        """Write the rows of the journal. Raises SortStopped."""
        path = journal.folder / CSV_NAME
        aside = path.with_name(f"{CSV_NAME}.new")
        try:
            # With a byte order mark, by which Excel knows UTF-8.
            self._file = aside.open("w", encoding="utf-8-sig", newline="")
        except OSError as error:
            raise SortStopped(f"{path} cannot be written: {error.strerror}") from error
        self._writer = csv.writer(self._file)
        try:
            self._writer.writerow(COLUMNS)
            for _, file in journal.oldest_first():
                self._writer.writerow(_row(file.source, file.target, file.outcome, None))
            self._file.flush()
            aside.replace(path)
        except BaseException as error:
            self._file.close()
            if isinstance(error, OSError):
                raise SortStopped(f"{path} cannot be written: {error.strerror}") from error
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def add(self, item: SortedItem) -> None:
        """Write the row of a file. Raises SortStopped."""
        try:
            self._writer.writerow(_row(item.source, item.target, item.outcome, item.problem))
            self._file.flush()
        except OSError as error:
            raise SortStopped(f"{CSV_NAME} cannot be written: {error.strerror}") from error


class Summary:
    """Counts files by what happened to them."""

    def __init__(self) -> None:
        self.folders: Counter[str] = Counter()
        self.failed = 0
        self.left = 0

    def add(self, item: SortedItem) -> None:
        """Count a file."""
        if item.folder is not None:
            self.folders[item.folder] += 1
        elif not item.is_failure:
            self.left += 1
        if item.is_failure:
            self.failed += 1

    @property
    def total(self) -> int:
        """The number of files, placed or not."""
        unplaced = self.failed - self.folders[FAILED]
        return self.folders.total() + self.left + unplaced

    def to_json(self) -> dict[str, Any]:
        """Return what `--json` says beside the items."""
        return {
            "folders": dict(self.folders),
            "failed_count": self.failed,
            "left_count": self.left,
        }

    def describe(self) -> str:
        """Return the summary line: `3 files sorted: invoice 2, _check 1 (please check)`."""
        total = self.folders.total()
        if not self.total:
            return "No new files: nothing was sorted."
        line = f"{counted(total, 'file')} sorted"
        if self.folders:
            line += f": {', '.join(map(_count, sorted(self.folders.items(), key=_by_count)))}"
        line += "."
        unplaced = self.failed - self.folders[FAILED]
        if unplaced:
            line += f" {unplaced} could not be put into a folder and stayed."
        if self.left:
            line += f" {self.left} changed meanwhile and stayed: run the command again."
        return line


class UndoSummary:
    """Counts sorted files by what an undo did to them."""

    def __init__(self) -> None:
        self.undone: Counter[Method] = Counter()
        self.left = 0

    def add(self, undone: Undone) -> None:
        """Count a file."""
        if undone.left is None:
            self.undone[undone.file.method] += 1
        else:
            self.left += 1

    def describe(self) -> str:
        """Return the last line: `3 copies removed; the originals stayed where they are.`."""
        moved, copied, linked = (
            self.undone[each] for each in (Method.MOVE, Method.COPY, Method.LINK)
        )
        parts = [f"{counted(moved, 'file')} put back"] if moved else []
        if copied:
            parts.append(f"{copied} {'copy' if copied == 1 else 'copies'} removed")
        if linked:
            parts.append(f"{counted(linked, 'link')} removed")
        line = ", ".join(parts) or "Nothing was undone"
        if copied or linked:
            line += "; the originals stayed where they are"
        return f"{line}. {self.left} left, named above." if self.left else f"{line}."


def describe_item(item: SortedItem, root: Path) -> str:
    """Return one line about a file, without control characters."""
    name = escape_line(str(relative_to(item.source, root)))
    if item.target is None:
        return f"{name}: stayed: {escape_line(item.problem or '')}"
    line = f"{name} -> {escape_line(str(item.target))}"
    return f"{line}: {escape_line(item.outcome.error)}" if item.outcome.error else line


def relative_to(path: Path, root: Path) -> Path:
    """Return a path as seen from a folder, if it is below it."""
    return path.relative_to(root) if path.is_relative_to(root) else path


def _count(entry: tuple[str, int]) -> str:
    folder, count = entry
    meaning = _MEANINGS.get(folder)
    return f"{folder} {count}" + (f" ({meaning})" if meaning else "")


def _by_count(entry: tuple[str, int]) -> tuple[bool, int, str]:
    return entry[0] in _MEANINGS, -entry[1], entry[0]


def _row(source: Path, target: Path | None, outcome: Outcome, problem: str | None) -> Iterable[str]:
    confidence = "" if outcome.confidence is None else f"{outcome.confidence:.3f}"
    cells = (
        str(source),
        "" if target is None else str(target),
        outcome.type or "",
        confidence,
        outcome.summary or "",
        problem or outcome.error or "",
    )
    return map(spreadsheet_cell, cells)


def _printable(path: str) -> str:
    r"""Return a path that JSON can carry: bytes that are not UTF-8 as `\xff`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def undone_to_json(undone: Undone) -> dict[str, Any]:
    """Return the item of `--undo --json`; `left` says why a file was not put back."""
    return {
        "file": _printable(str(undone.file.source)),
        "sorted_to": _printable(str(undone.file.target)),
        "left": undone.left,
    }
