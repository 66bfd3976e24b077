"""Results as JSON for programs, as CSV for spreadsheets, and as lines with tabs.

docs/reference/classify-output.schema.json is the schema of the JSON.
"""

import csv
import os
import sys
from pathlib import Path
from typing import TextIO

import click

from app.errors import StartupError
from app.text import escape_line, spreadsheet_cell, terminal_json
from cli.classification.results import FileResult
from worker.classification.explanation.bands import percent

CSV_COLUMNS = ("file", "type", "confidence", "check", "summary", "error", "reasoning", "file_id")


def to_item(result: FileResult, threshold: float) -> dict[str, object]:
    """Return a result as an item of the JSON; `check` means that a person should look."""
    error = {"code": result.error_code, "message": result.error} if result.has_failed else None
    return {
        "file": _storable(str(result.path)),
        "type": result.type,
        "confidence": result.confidence,
        "check": result.is_unsure(threshold),
        "summary": None if result.has_failed else result.summary,
        "reasoning": None if result.has_failed else result.reasoning,
        "error": error,
        "file_id": result.file_id,
    }


class JsonWriter:
    """Writes `{"items": [...]}`, one item a line, in ASCII only: safe on a terminal."""

    def __init__(self, target: TextIO, threshold: float) -> None:
        self._target = target
        self._threshold = threshold
        self._is_first = True

    def add(self, result: FileResult) -> None:
        """Write an item."""
        self._target.write('{"items": [\n' if self._is_first else ",\n")
        self._is_first = False
        self._target.write(terminal_json(to_item(result, self._threshold)))

    def close(self) -> None:
        """Write the end."""
        self._target.write('{"items": []}\n' if self._is_first else "\n]}\n")
        self._target.flush()


class LineWriter:
    """Prints a line with tabs for each result.

    When the reader of the lines, such as `head`, wants no more, the command ends if it `may_end`.
    Otherwise it continues silently.
    """

    def __init__(self, *, may_end: bool) -> None:
        self._may_end = may_end
        self._has_reader = True

    def add(self, result: FileResult) -> None:
        """Print a line."""
        if not self._has_reader:
            return
        try:
            click.echo(to_line(result))
        except BrokenPipeError:
            if self._may_end:
                raise
            self._has_reader = False
            # Python flushes the output once more at its end.
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, sys.stdout.fileno())
            os.close(null)

    def close(self) -> None:
        """Do nothing: each line is complete."""


class CsvFile:
    """Writes results to a CSV file that spreadsheets open, with the texts of documents disarmed.

    The rows go to a file beside it, which takes its place at the end: nobody sees half of it.
    Raises StartupError when the file cannot be written.
    """

    def __init__(self, path: Path, threshold: float) -> None:
        self._path = path
        self._aside = path.with_name(f".{path.name}.part")
        self._threshold = threshold
        if path.is_dir():
            raise StartupError(f"{escape_line(str(path))} is a folder: give --csv a file")
        try:
            # With a byte order mark, without which Excel reads another encoding than UTF-8.
            self._file = self._aside.open("w", encoding="utf-8-sig", newline="")
        except OSError as error:
            raise StartupError(
                f"{escape_line(str(path))} cannot be written: {error.strerror}; give --csv a file "
                "in a folder that you can write to"
            ) from None
        self._writer = csv.writer(self._file)
        self._writer.writerow(CSV_COLUMNS)

    def add(self, result: FileResult) -> None:
        """Write a row."""
        texts = (result.summary, result.error or "", result.reasoning)
        summary, error, reasoning = (spreadsheet_cell(_storable(text)) for text in texts)
        confidence = "" if result.confidence is None else f"{result.confidence:.4f}"
        check = "yes" if result.is_unsure(self._threshold) else ""
        path = spreadsheet_cell(_storable(str(result.path)))
        type_ = spreadsheet_cell(result.type or "")
        file_id = result.file_id or ""
        self._writer.writerow((path, type_, confidence, check, summary, error, reasoning, file_id))

    def close(self) -> None:
        """Put the file in its place."""
        self._file.close()
        self._aside.replace(self._path)

    def discard(self) -> None:
        """Remove the rows; an earlier file stays."""
        self._file.close()
        self._aside.unlink(missing_ok=True)


def to_line(result: FileResult) -> str:
    """Return a result as a line with tabs: file, type, confidence, summary or error.

    The type is `-` for none of the rules, the confidence is `error` for a file that failed. It is
    rounded down, as in the summary.
    """
    if result.has_failed:
        cells = [str(result.path), "-", "error", result.error or ""]
    else:
        confidence = "" if result.confidence is None else f"{percent(result.confidence) / 100:.2f}"
        cells = [str(result.path), result.type or "-", confidence, result.summary]
    return "\t".join(map(escape_line, cells))


def _storable(text: str) -> str:
    """Return text that UTF-8 has: names of files may be other bytes."""
    return text.encode("utf-8", "backslashreplace").decode()
