"""Results on a terminal: a table whose rows come while the work goes on, and a progress bar."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

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
from worker.classification.explanation.bands import percent

NO_TYPE = "(none)"

# Widths in columns of the terminal. Names of files get a share of the whole width.
_MIN_WIDTH = 40
_FILE_SHARE, _MAX_FILE_WIDTH = 0.3, 40
_SURE_WIDTH = 5
_GAP = 2
_GAPS = 3 * _GAP
_SURE_COLUMN = 2
# A row is cut after so many lines.
_MAX_LINES = 5
# No confidence is a certainty.
_MAX_PERCENT = 99


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
        type_width = max(len(NO_TYPE), min(longest, width // 4))
        file_width = min(_MAX_FILE_WIDTH, int(width * _FILE_SHARE))
        why_width = width - file_width - type_width - _SURE_WIDTH - _GAPS
        self._widths = (file_width, type_width, _SURE_WIDTH, why_width)
        self._has_header = False

    def add(self, result: FileResult) -> None:
        """Print a row, below the headers if it is the first."""
        if not self._has_header:
            self._has_header = True
            self._print([Text(title, "bold") for title in ("File", "Type", "Sure", "Why")])
            self._console.print(Text("─" * (sum(self._widths) + _GAPS), "dim"))
        name = Text(shorten_middle(self._name(result.path), self._widths[0]))
        self._print([name, *self._cells(result)])

    def close(self) -> None:
        """Do nothing: each row is complete."""

    def _print(self, cells: Sequence[Text]) -> None:
        row = Table.grid(padding=(0, _GAP, 0, 0), pad_edge=False)
        for column, width in enumerate(self._widths):
            row.add_column(
                width=width, justify="right" if column == _SURE_COLUMN else "left", overflow="fold"
            )
        *others, why = cells
        row.add_row(*others, self._cut(why))
        self._console.print(row)

    def _cut(self, why: Text) -> Text:
        """Return the first lines: exports have the others."""
        lines = why.wrap(self._console, self._widths[-1])
        if len(lines) > _MAX_LINES:
            last = lines[_MAX_LINES - 1]
            last.rstrip()
            last.truncate(self._widths[-1] - 1)
            last.append("…")
        return Text("\n").join(lines[:_MAX_LINES])

    def _name(self, path: Path) -> str:
        if self._folder is not None and path.is_relative_to(self._folder):
            path = path.relative_to(self._folder)
        return escape_line(str(path))

    def _cells(self, result: FileResult) -> tuple[Text, Text, Text]:
        if result.has_failed:
            return Text(""), Text("error", "red"), Text(escape_line(result.error or ""))
        type_ = Text(escape_line(result.type), "cyan") if result.type else Text(NO_TYPE, "dim")
        style = "yellow" if result.is_unsure(self._threshold) else ""
        sure = (
            "" if result.confidence is None else f"{min(percent(result.confidence), _MAX_PERCENT)}%"
        )
        return type_, Text(sure, style), Text(escape_line(result.why))


class ResultProgress(Progress):
    """A bar with the files that have ended, their rate and the time left."""

    def __init__(self, console: Console, total: int, *, is_shown: bool = True) -> None:
        super().__init__(
            TextColumn("Classifying"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=console,
            transient=True,
            disable=not (is_shown and console.is_terminal),
            redirect_stdout=False,
            redirect_stderr=False,
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
