"""Results on a terminal: a table whose rows come while the work goes on, and a progress bar."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from app.text import escape_line
from cli.classification.results import FileResult

_MIN_WIDTH = 40
_MAX_FILE = 40
_CONFIDENCE = 5
_GAPS = 3 * 2
# Of the width, for the names of files.
_FILE_SHARE = 0.32


class ResultTable:
    """Prints one row a file, all of the same widths, which depend on the terminal and the types."""

    def __init__(
        self, console: Console, types: Sequence[str], threshold: float, folder: Path | None
    ) -> None:
        self._console = console
        self._threshold = threshold
        self._folder = folder
        width = max(console.width, _MIN_WIDTH)
        longest = max((cell_len(escape_line(name)) for name in types), default=0)
        self._type = max(7, min(longest, width // 5))
        self._file = min(_MAX_FILE, int(width * _FILE_SHARE))
        self._summary = width - self._file - self._type - _CONFIDENCE - _GAPS
        self._has_header = False

    def add(self, result: FileResult) -> None:
        """Print a row, below the headers if it is the first."""
        table = Table(
            box=box.SIMPLE_HEAD if not self._has_header else None,
            show_header=not self._has_header,
            padding=(0, 2, 0, 0),
            pad_edge=False,
            show_edge=False,
        )
        table.add_column("File", width=self._file, no_wrap=True)
        table.add_column("Type", width=self._type, overflow="fold")
        table.add_column("Sure", width=_CONFIDENCE, justify="right", no_wrap=True)
        table.add_column("Why", width=self._summary, overflow="fold")
        self._has_header = True
        table.add_row(
            Text(shorten_middle(self._name(result.path), self._file)),
            *self._cells(result),
        )
        self._console.print(table)

    def _name(self, path: Path) -> str:
        if self._folder is not None and path.is_relative_to(self._folder):
            path = path.relative_to(self._folder)
        return escape_line(str(path))

    def _cells(self, result: FileResult) -> tuple[Text, Text, Text]:
        if result.has_failed:
            return Text("-", "dim"), Text("error", "red"), Text(escape_line(result.error or ""))
        type_ = Text(escape_line(result.type), "cyan") if result.type else Text("-", "dim")
        style = "yellow" if result.is_unsure(self._threshold) else ""
        sure = "" if result.confidence is None else f"{result.confidence:.0%}"
        return type_, Text(sure, style), Text(escape_line(result.summary))


class ResultProgress(Progress):
    """A bar with the files that have ended, their rate and the time left."""

    def __init__(self, console: Console, total: int) -> None:
        super().__init__(
            TextColumn("Classifying"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._bar = self.add_task("", total=total)

    def __enter__(self) -> Self:
        super().__enter__()
        return self

    def count(self) -> None:
        """Move the bar by a file."""
        self.advance(self._bar)


class _Rate(ProgressColumn):
    """The files a minute or a second, over the last ones."""

    def render(self, task: Task) -> Text:
        speed = task.speed
        if speed is None:
            return Text("")
        return Text(f"{speed:.1f}/s" if speed >= 1 else f"{speed * 60:.0f}/min")


def shorten_middle(text: str, width: int) -> str:
    """Return text of at most `width` columns, cut in the middle: the ending of a name stays."""
    if cell_len(text) <= width:
        return text
    tail = text[-(width // 2) :]
    while cell_len(tail) > width // 2:
        tail = tail[1:]
    return set_cell_size(text, width - 1 - cell_len(tail)) + "…" + tail
