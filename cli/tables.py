"""How verbs print lists and records: a table on a terminal, tab-separated in a pipe, or JSON.

A shape is a frozen dataclass: what one item of `--json` holds. Texts come from users, files and
servers: control characters in them never reach the terminal.
"""

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click
from pydantic import TypeAdapter
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from app.text import escape_line, terminal_json

GAP = "  "

# A last column narrower than this, if it needs more, makes records of rows.
MIN_LAST = 24
MAX_WIDTH = 80
"""The most columns of a table when the terminal does not tell its width."""

Columns = Mapping[str, str | Callable[[Any], object]]
"""The columns of a table by heading: a field of the shape, or a function of the item."""


class JsonOption(click.Option):
    """The option `--json` of a verb; `shape` is what the verb prints then.

    With `is_list` the verb prints `{"items": [...]}` of the shape, otherwise one object.
    """

    def __init__(self, *names: Any, shape: type, is_list: bool = False, **options: Any) -> None:  # noqa: ANN401  # click's own
        super().__init__(*names, **options)
        self.shape = shape
        self.is_list = is_list


def json_option(shape: type, *, is_list: bool = False) -> Callable[[Any], Any]:
    """Return the option `--json`, a flag named `as_json`, of a verb that prints the shape."""
    decorate: Callable[[Any], Any] = click.option(
        "--json",
        "as_json",
        is_flag=True,
        help="Print JSON.",
        cls=JsonOption,
        shape=shape,
        is_list=is_list,
    )
    return decorate


def limit_option(most: int, noun: str) -> Callable[[Any], Any]:
    """Return the option `--limit` of a verb that lists up to `most` things, 20 by default."""
    decorate: Callable[[Any], Any] = click.option(
        "--limit",
        type=click.IntRange(1, most),
        default=20,
        show_default=True,
        help=f"List at most this many {noun}.",
    )
    return decorate


def example(*commands: str) -> str:
    """Return the last part of a verb's help: examples, which a test runs."""
    return "\b\nExample:\n" + "\n".join(f"  {command}" for command in commands)


def print_items(items: Sequence[object], columns: Columns, *, as_json: bool) -> None:
    """Print items of one shape as a table, or as JSON, `{"items": [...]}`."""
    if as_json:
        print_json({"items": list(items)})
    else:
        print_table(list(columns), [_cells(item, columns) for item in items])


def print_record(record: object, labels: Columns, *, as_json: bool) -> None:
    """Print one record, a line for each label whose value is not empty, or as JSON."""
    if as_json:
        print_json(record)
        return
    width = max(map(len, labels))
    for label, cell in zip(labels, _cells(record, labels), strict=True):
        if cell and sys.stdout.isatty():
            print_labelled(label, cell, width)
        elif cell:
            click.echo(f"{label}\t{cell}")


def print_labelled(label: str, text: str, width: int) -> None:
    """Print a text beside a label of `width` columns, wrapped at the terminal's edge."""
    start = width + len(GAP)
    first, *others = _wrap(text, max(MIN_LAST, terminal_width() - start))
    click.echo(f"{label:<{width}}{GAP}{first}".rstrip())
    for line in others:
        click.echo(" " * start + line)


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows below their headings.

    On a terminal columns are aligned, and the last one is wrapped. When the others leave no room
    for it, each row takes several lines. Elsewhere cells are separated by tabs. No cell is cut.
    """
    cells = [[format_cell(value) for value in row] for row in rows]
    if not sys.stdout.isatty():
        for row in [list(headings), *cells]:
            click.echo("\t".join(row))
        return
    widths = [max(map(cell_len, column)) for column in zip(headings, *cells, strict=True)]
    start = sum(widths[:-1]) + len(GAP) * (len(widths) - 1)
    room = terminal_width() - start
    if room >= min(widths[-1], MIN_LAST):
        for row in [list(headings), *cells]:
            first, *others = _wrap(row[-1], room)
            click.echo(GAP.join([*map(_pad, row[:-1], widths), first]).rstrip())
            for line in others:
                click.echo(" " * start + line)
        return
    label = max(map(len, headings))
    for row in cells:
        for heading, cell in zip(headings, row, strict=True):
            if cell:
                print_labelled(heading, cell, label)
        click.echo()


def print_json(value: object) -> None:
    """Print a value, which may hold dataclasses, times and ids, as one line of ASCII."""
    plain = TypeAdapter(Any).dump_python(value, mode="json")
    click.echo(terminal_json(plain))


def format_cell(value: object) -> str:
    """Return a value as a cell shows it, on one line and without control characters."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return format_minute(value)
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, (list, tuple)):
        return " ".join(map(format_cell, value))
    return escape_line(str(value))


def format_minute(moment: datetime) -> str:
    """Return a time to the minute, marked as UTC: logs and databases have it, too."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def name_type(type_: str | None) -> str:
    """Return a type of a verdict or a label as people read it; None means that no rule fits."""
    return "none of the rules" if type_ is None else type_


def terminal_width() -> int:
    """Return the number of columns of the terminal."""
    return shutil.get_terminal_size((MAX_WIDTH, 24)).columns


def _cells(item: object, columns: Columns) -> list[str]:
    return [
        format_cell(getattr(item, part) if isinstance(part, str) else part(item))
        for part in columns.values()
    ]


def _wrap(cell: str, width: int) -> list[str]:
    """Return the lines of a cell, at least one, each at most so many columns wide."""
    if cell_len(cell) <= width:
        return [cell]
    lines = Text(cell).wrap(Console(width=width), width)
    return [line.plain.rstrip() for line in lines]


def _pad(cell: str, width: int) -> str:
    return cell + " " * (width - cell_len(cell))
