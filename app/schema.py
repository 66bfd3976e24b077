"""Bringing a database to the schema that this program needs, and telling when it is not there."""

import logging
import sqlite3
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import make_url

from app.db import Database, now
from app.errors import StartupError

log = logging.getLogger(__name__)

# Any constant will do, as long as every Pigeonhole uses the same.
MIGRATION_LOCK = 0x7069_6765_6F6E


class NewerSchemaError(StartupError):
    """The database was migrated by a later release than this one."""


def migrate(database: Database) -> None:
    """Bring the database to this program's schema; a SQLite file is backed up first.

    On Postgres an advisory lock makes a second caller wait. Raises StartupError when the
    database was written by a newer program.
    """
    if is_current(database):
        return
    if database.is_sqlite and _revision(database) is not None:
        _back_up(Path(make_url(database.url).database or ""))
    # One connection for the lock and the work, so that the lock holds until the commit.
    with database.engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
        if not database.is_sqlite:
            # A migration takes its time, and so does waiting for another one. But a table that
            # is in use must not keep it, and with it everybody else, waiting: that limit stays.
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            connection.execute(text("SET LOCAL lock_timeout TO DEFAULT"))
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    """Tell whether the schema is this program's; raises NewerSchemaError if it is a newer one."""
    script = ScriptDirectory.from_config(_config())
    revision = _revision(database)
    if revision is None:
        return False
    if revision not in {known.revision for known in script.walk_revisions()}:
        raise NewerSchemaError(
            f"the database was written by a newer Pigeonhole (schema {revision}): upgrade the "
            "program, or restore the backup that it made before its migration"
        )
    return revision == script.get_current_head()


def require_current(database: Database) -> None:
    """Raise StartupError, naming what helps, unless the schema is this program's."""
    if not is_current(database):
        raise StartupError(
            "the database does not have this program's schema: run `pigeonhole migrate` first"
        )


def _revision(database: Database) -> str | None:
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("migrations")).replace("%", "%%"))
    return config


def _back_up(path: Path) -> None:
    """Copy a SQLite database as it is now, with SQLite's own online backup."""
    directory = path.parent / "backups"
    directory.mkdir(mode=0o700, exist_ok=True)
    copy = directory / f"{path.stem}-{now():%Y%m%dT%H%M%S%fZ}.db"
    source, target = sqlite3.connect(path), sqlite3.connect(copy)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()
    log.info("backed the database up before its migration", extra={"backup": copy.name})
