"""What the commands share that manage keys, projects and organizations."""

import os
import pwd
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
from cli.compose import open_database, open_secrets

# What a table may take where there is no terminal whose width could be asked for.
WIDTH = 200
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

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
    """Return the parts over a database of this program's schema; raises StartupError."""
    settings = load_settings(data_dir=data_dir)
    database = open_database(settings)
    if not schema.is_current(database):
        raise StartupError(
            "the database does not have this program's schema: start `pigeonhole serve` once, or "
            "run `pigeonhole migrate`; or is --data-dir another one?"
        )
    return Administration(settings, database, open_secrets(settings), f"command:{_user()}")


def show(table: Table) -> None:
    """Print a table, with whole ids also where nobody looks at them: commands take them."""
    Console(width=None if sys.stdout.isatty() else WIDTH).print(table)


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
        parts = re.fullmatch(r"(\d{1,6})([smhd])", str(value))
        if parts is None:
            self.fail(f"{value!r} is not a number with s, m, h or d, such as 90d", param, ctx)
        return timedelta(**{UNITS[parts[2]]: int(parts[1])})


class Moment(click.ParamType[datetime]):
    """A moment, ISO 8601 and UTC unless it says otherwise, or how long ago: 7d."""

    name = "moment"

    def __init__(self, *, is_future: bool = False) -> None:
        self._sign = 1 if is_future else -1

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the moment."""
        if isinstance(value, datetime):
            return value
        text = str(value)
        if re.fullmatch(r"\d+[smhd]", text):
            return now() + self._sign * Duration().convert(text, param, ctx)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"{text!r} is neither a date such as 2026-12-31 nor such as 90d", param, ctx)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _user() -> str:
    """Return who runs the command; in containers users may have no name."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
