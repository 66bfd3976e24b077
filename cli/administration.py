"""Parts shared by the commands for keys, projects, organizations and the audit log."""

import os
import pwd
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import click

from app import schema
from app.db import Database, now
from app.errors import StartupError
from app.secrets import Secrets
from app.settings import Settings, load_settings
from cli.composition import open_database, open_secrets
from cli.data_dir import use_private_umask

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
# A hundred years: later dates overflow.
MAX_DAYS = 36_500
# The size of the columns of names.
MAX_CHARACTERS = 255
NO_SCHEMA = "start `pigeonhole serve` once, run `pigeonhole migrate`, or check --data-dir"

data_dir_option: Callable[[Any], Any] = click.option(
    "--data-dir", type=click.Path(path_type=Path), help="Directory of the embedded server."
)


@dataclass(frozen=True, slots=True)
class Administration:
    """The parts that a command works with, and its actor in the audit log."""

    settings: Settings
    database: Database
    secrets: Secrets
    actor: str


def open_administration(data_dir: Path | None) -> Administration:
    """Open the database and the secrets; raises StartupError unless the schema is current.

    Creates nothing: in a mistyped directory the command fails.
    """
    settings = load_settings(data_dir=data_dir)
    path = settings.data_dir / "pigeonhole.db"
    if not settings.database_url.get_secret_value() and not path.exists():
        raise StartupError(f"{path} does not exist: {NO_SCHEMA}")
    use_private_umask()
    database = open_database(settings)
    if not schema.is_current(database):
        database.close()
        raise StartupError(f"the database does not have the schema of this release: {NO_SCHEMA}")
    return Administration(settings, database, open_secrets(settings), f"command:{_user()}")


def with_administration(command: Callable[..., None]) -> Callable[..., None]:
    """Pass a command its parts as first argument, and add the option --data-dir.

    The database is opened when the command runs, but not for its help or invalid arguments.
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


def administration_group(name: str, text: str) -> click.Group:
    """Return a group of commands that takes --data-dir before its verbs, too."""

    @click.group(name, help=text)
    @data_dir_option
    @click.pass_context
    def group(context: click.Context, data_dir: Path | None) -> None:
        context.obj = data_dir

    return group


class Duration(click.ParamType[timedelta]):
    """A duration as a number with a unit: 90d, 12h, 30m, 10s."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Return the duration."""
        if isinstance(value, timedelta):
            return value
        parts = re.fullmatch(r"([0-9]{1,10})([smhd])", str(value))
        if parts is None:
            self.fail(f"{value!r} is not a number with s, m, h or d, such as 90d", param, ctx)
        length = timedelta(**{UNITS[parts[2]]: min(int(parts[1]), 10**9)})
        if length > timedelta(days=MAX_DAYS):
            self.fail(f"{value!r} is longer than a hundred years", param, ctx)
        return length


class Moment(click.ParamType[datetime]):
    """A time in ISO 8601, UTC by default, or a duration before now: 7d.

    With `is_future`, a duration after now; past times are refused.
    """

    name = "moment"

    def __init__(self, *, is_future: bool = False) -> None:
        self._is_future = is_future

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the time in UTC."""
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
            self.fail(
                f"{text!r} is neither a date such as 2026-12-31 nor a duration such as 90d",
                param,
                ctx,
            )
        if abs(moment - now()) > timedelta(days=MAX_DAYS):
            self.fail(f"{text!r} is more than a hundred years away", param, ctx)
        return moment


class Name(click.ParamType[str]):
    """The name of an organization, a project or a key."""

    name = "name"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the name without surrounding blanks."""
        text = str(value).strip()
        if not text or len(text) > MAX_CHARACTERS or not text.isprintable():
            self.fail(f"must be 1 to {MAX_CHARACTERS} printable characters", param, ctx)
        return text


def _user() -> str:
    """Return the user of this process; in containers it may have a number only."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
