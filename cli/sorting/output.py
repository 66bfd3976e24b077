"""Prints what a sort does, for people or as JSON; keeps nothing of it."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from app.text import escape_line, terminal_json
from cli.sorting.report import SortedItem, describe_item, undone_to_json
from cli.sorting.undo import Undone


class SortOutput:
    """Prints a line or an item of JSON for each file.

    With `is_stream`, JSON is an item a line, because there is no end to wait for.
    """

    def __init__(self, root: Path, *, as_json: bool, is_stream: bool = False) -> None:
        self._root = root
        self._as_json = as_json
        self._is_stream = is_stream
        self._is_first = True
        self._progress: Any = None
        self.has_errors = False

    @contextmanager
    def show_progress(self, total: int) -> Iterator[None]:
        """Show a bar below the lines, on a terminal."""
        if self._as_json or not sys.stdout.isatty():
            yield
            return
        from rich.console import Console  # noqa: PLC0415  # help needs none of it

        from cli.classification.table import ResultProgress  # noqa: PLC0415  # likewise

        console = Console(highlight=False, emoji=False, markup=False)
        with ResultProgress(console, total) as progress:
            self._progress = progress
            yield
        self._progress = None

    def add(self, item: SortedItem) -> None:
        """Print what happened to a file."""
        if self._as_json:
            self._write(item.to_json())
        elif self._progress is None:
            click.echo(describe_item(item, self._root))
        else:
            self._progress.console.print(describe_item(item, self._root), soft_wrap=True)
            self._progress.count()

    def add_error(self, folder: Path, reason: str) -> None:
        """Print why a folder was left out."""
        self.has_errors = True
        click.echo(f"left out: {escape_line(str(folder))}: {reason}", err=True)

    def add_undone(self, undone: Undone) -> None:
        """Print what was left, and why; as JSON, what was put back, too."""
        if self._as_json:
            self._write(undone_to_json(undone))
        if undone.left is not None:
            name = escape_line(str(undone.file.target))
            click.echo(f"left: {name}: {escape_line(undone.left)}", err=True)

    def close(self, rest: dict[str, Any]) -> None:
        """End the JSON with what is said beside the items."""
        if self._as_json and not self._is_stream:
            click.echo('{"items": [' if self._is_first else "\n", nl=False)
            click.echo(f"], {json.dumps(rest)[1:]}")

    def _write(self, item: dict[str, Any]) -> None:
        line = terminal_json(item)
        if self._is_stream:
            click.echo(line)
            return
        click.echo(('{"items": [\n' if self._is_first else ",\n") + line, nl=False)
        self._is_first = False
