"""The composition root: everything is built here, from the settings, and passed in."""

import os
import secrets as random
from contextlib import closing
from pathlib import Path

from sqlalchemy import inspect, select

from app.broker import CeleryNotifier, LocalNotifier
from app.db import Database, PostgresLimits
from app.errors import StartupError
from app.files.blobs.local import fsync_directory
from app.projects.models import ApiKey
from app.secrets import Secrets
from app.settings import Settings


def open_database(settings: Settings) -> Database:
    """Return the database of the settings; on SQLite its directory is made."""
    if not settings.database_url.get_secret_value():
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Database(settings.sqlalchemy_url, postgres_limits(settings))


def postgres_limits(settings: Settings) -> PostgresLimits:
    """Return how an API process uses Postgres."""
    return PostgresLimits(
        connections=settings.database_connections,
        connect_seconds=settings.database_connect_seconds,
        statement_seconds=settings.database_statement_seconds,
    )


def open_secrets(settings: Settings) -> Secrets:
    """Return the signer and encrypter; the embedded server's key is made at the first start.

    Raises StartupError when that key is gone: another one would lock everybody out.
    """
    given = settings.secret_key.get_secret_value()
    return Secrets(given or _own_secret(settings))


def make_notifier(settings: Settings) -> LocalNotifier | CeleryNotifier:
    """Return the way to wake workers."""
    return LocalNotifier() if settings.is_embedded else CeleryNotifier(settings)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, in one piece."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    fsync_directory(path.parent)


def _own_secret(settings: Settings) -> str:
    path = settings.data_dir / "secret.key"
    if not path.exists():
        if _has_keys(settings):
            raise StartupError(
                f"{path} is missing, and the API keys in the database beside it are worth nothing "
                "without it: restore secret.key from a backup, or start on a new data directory"
            )
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, random.token_urlsafe(48))
    return path.read_text().strip()


def _has_keys(settings: Settings) -> bool:
    """Tell whether the embedded server's database has API keys; one that is not there is not made.

    `migrate` and `keys` leave databases without any.
    """
    if not (settings.data_dir / "pigeonhole.db").exists():
        return False
    with closing(Database(settings.sqlalchemy_url)) as database:
        if not inspect(database.engine).has_table(ApiKey.__tablename__):
            return False
        with database.read() as session:
            return session.scalar(select(ApiKey.id).limit(1)) is not None
