"""Migrate the database to the schema of this release, and check its schema."""

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url

from app.db import Database, now
from app.errors import StartupError

if TYPE_CHECKING:
    from alembic.config import Config

log = logging.getLogger(__name__)

REVISION = "0016"
"""The newest migration. Alembic knows it too, but takes a tenth of a second to load, and most
starts find a database that needs no migration."""

# Any constant, the same in every process: it must not change.
MIGRATION_LOCK = 0x7069_6765_6F6E
LOCK_SECONDS = 0.2


class NewerSchemaError(StartupError):
    """The database was migrated by a later release."""


def migrate(database: Database) -> None:
    """Migrate the database to the schema of this release; a SQLite file is backed up first.

    On SQLite all migrations are one transaction. On Postgres each is at least one, so that indexes
    are built while the server runs; after an interruption, call it again. There, concurrent callers
    wait for each other. Raises StartupError for a database of a newer release.
    """
    if is_current(database):
        return
    if database.is_sqlite and _revision(database) is not None:
        _back_up(Path(make_url(database.url).database or ""))
    if database.is_sqlite:
        with database.engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
            _upgrade(connection)
    else:
        with _locked_connection(database) as connection:
            _upgrade(connection)


@contextmanager
def _locked_connection(database: Database) -> Iterator[Connection]:
    """Give a connection to Postgres that holds the lock of migrations; waits for the lock.

    It has no time limit for a statement. The limit for locks on tables stays: waiting for a table
    in use blocks all later users of it.
    """
    with database.engine.connect() as connection:
        try:
            connection.execute(text("SET statement_timeout = 0"))
            # Asked again and again: a statement that waits has a snapshot, for whose end the
            # building of an index waits.
            while not connection.scalar(
                text("SELECT pg_try_advisory_lock(:key)"), {"key": MIGRATION_LOCK}
            ):
                connection.rollback()
                time.sleep(LOCK_SECONDS)
            connection.commit()
            yield connection
        finally:
            # Not back to the pool: the lock and the time limit end with the connection.
            connection.invalidate()


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415  # see REVISION

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    """Tell whether the schema is that of this release; raises NewerSchemaError for a newer one."""
    revision = _revision(database)
    if revision == REVISION:
        return True
    if revision is None:
        return False
    from alembic.script import ScriptDirectory  # noqa: PLC0415  # see REVISION

    script = ScriptDirectory.from_config(_config())
    if revision not in {known.revision for known in script.walk_revisions()}:
        raise NewerSchemaError(
            f"the database was written by a newer Pigeonhole (schema {revision}): upgrade this "
            "one, or restore the backup made before the migration"
        )
    return False


def require_current(database: Database) -> None:
    """Raise StartupError unless the schema is that of this release."""
    if not is_current(database):
        raise StartupError(
            "the database does not have the schema of this release: run `pigeonhole migrate` first"
        )


def _revision(database: Database) -> str | None:
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return revision


def _config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415  # see REVISION

    config = Config()
    config.set_main_option("script_location", str(files("migrations")).replace("%", "%%"))
    return config


def _back_up(path: Path) -> None:
    """Copy a SQLite database by its online backup."""
    directory = path.parent / "backups"
    directory.mkdir(mode=0o700, exist_ok=True)
    copy = directory / f"{path.stem}-{now():%Y%m%dT%H%M%S%fZ}.db"
    source, target = sqlite3.connect(path), sqlite3.connect(copy)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()
    log.info("backed up the database before the migration", extra={"backup": copy.name})
