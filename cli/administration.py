"""What the commands share that manage keys, projects and organizations."""

import os
import pwd
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from app import schema
from app.db import Database, now
from app.errors import StartupError
from app.secrets import Secrets
from app.settings import Settings, load_settings
from cli.composition import open_database, open_secrets

# What a table may take where there is no terminal whose width could be asked for.
WIDTH = 200
# More than any table takes.
UNBOUNDED = 100_000
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
# A hundred years: beyond it dates come to an end, and nobody means it.
MOST_DAYS = 36_500
# What the columns of names hold.
MOST_CHARACTERS = 255
NO_SCHEMA = (
    "start `pigeonhole serve` once, or run `pigeonhole migrate`; or is --data-dir another one?"
)

data_dir_option: Callable[[Any], Any] = click.option(
    "--data-dir", type=click.Path(path_type=Path), help="Where everything is kept."
)


@dataclass(frozen=True, slots=True)
class Administration:
    """The parts that a command works with, and who it says that it was in the audit log."""

    settings: Settings
    database: Database
    secrets: Secrets
    actor: str


def open_administration(data_dir: Path | None) -> Administration:
    """Return the parts over a database of this program's schema; raises StartupError.

    A database that is not there is not made: a mistyped directory stays as it is.
    """
    settings = load_settings(data_dir=data_dir)
    path = settings.data_dir / "pigeonhole.db"
    if not settings.database_url.get_secret_value() and not path.exists():
        raise StartupError(f"{path} does not exist: {NO_SCHEMA}")
    database = open_database(settings)
    if not schema.is_current(database):
        database.close()
        raise StartupError(f"the database does not have this program's schema: {NO_SCHEMA}")
    return Administration(settings, database, open_secrets(settings), f"command:{_user()}")


def with_administration(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command its parts as its first argument, and the option --data-dir.

    They are opened when the command runs, and not for its help or for a mistake in its arguments.
    """

    @click.pass_context
    @wraps(command)
    def opened(
        context: click.Context,
        /,
        *arguments: object,
        data_dir: Path | None,
        **options: object,
    ) -> None:
        parts = open_administration(data_dir or context.find_object(Path))
        context.call_on_close(parts.database.close)
        command(parts, *arguments, **options)

    with_option: Callable[..., None] = data_dir_option(opened)
    return with_option


def show(table: Table) -> None:
    """Print a table of texts; or, where that is too wide, each row as lines of its own.

    Ids are whole either way, and names are shown as they are: nothing in them is markup.
    """
    width = None if sys.stdout.isatty() else WIDTH
    console = Console(width=width, markup=False, emoji=False)
    unbounded = console.options.update(width=UNBOUNDED)
    if console.measure(table, options=unbounded).maximum <= console.width:
        console.print(table)
        return
    headers = [str(column.header) for column in table.columns]
    longest = max(map(len, headers))
    for cells in zip(*(column.cells for column in table.columns), strict=True):
        for header, cell in zip(headers, cells, strict=True):
            if cell:
                console.print(f"{header:<{longest}}  {cell}", soft_wrap=True, highlight=False)
        console.print()


def minute(moment: datetime | None, otherwise: str = "") -> str:
    """Return a moment as a table shows it."""
    return f"{moment:%Y-%m-%d %H:%M}" if moment else otherwise


class Duration(click.ParamType[timedelta]):
    """A number with a unit: 90d, 12h, 30m, 10s."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Return the length of time."""
        if isinstance(value, timedelta):
            return value
        parts = re.fullmatch(r"([0-9]{1,10})([smhd])", str(value))
        if parts is None:
            self.fail(f"{value!r} is not a number with s, m, h or d, such as 90d", param, ctx)
        length = timedelta(**{UNITS[parts[2]]: min(int(parts[1]), 10**9)})
        if length > timedelta(days=MOST_DAYS):
            self.fail(f"{value!r} is longer than a hundred years", param, ctx)
        return length


class Moment(click.ParamType[datetime]):
    """A moment, ISO 8601 and UTC unless it says otherwise, or how long ago: 7d.

    With `is_future` how long from now, and nothing that is past already.
    """

    name = "moment"

    def __init__(self, *, is_future: bool = False) -> None:
        self._is_future = is_future

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the moment."""
        if isinstance(value, datetime):
            return value
        text = str(value)
        if re.fullmatch(r"[0-9]+[smhd]", text):
            length = Duration().convert(text, param, ctx)
            moment = now() + length if self._is_future else now() - length
        else:
            moment = self._read_date(text, param, ctx)
        if self._is_future and moment <= now():
            self.fail(f"{text!r} is not in the future", param, ctx)
        return moment

    def _read_date(
        self, text: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        try:
            moment = datetime.fromisoformat(text)
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
            moment = moment.astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"{text!r} is neither a date such as 2026-12-31 nor such as 90d", param, ctx)
        if abs(moment - now()) > timedelta(days=MOST_DAYS):
            self.fail(f"{text!r} is more than a hundred years away", param, ctx)
        return moment


class Name(click.ParamType[str]):
    """What people call an organization, a project or a key."""

    name = "name"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the name without blanks at its ends."""
        text = str(value).strip()
        if not text or len(text) > MOST_CHARACTERS or not text.isprintable():
            self.fail(f"must be 1 to {MOST_CHARACTERS} characters that can be printed", param, ctx)
        return text


def _user() -> str:
    """Return who runs the command; in containers users may have no name."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
