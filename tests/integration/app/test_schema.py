"""Migrations run on both databases, lead to the models, and never to data loss."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, inspect, text

from app import schema
from app.db import Database
from app.errors import StartupError
from app.models import Base
from tests.integration.app.first_schema import fill_first_schema


@pytest.fixture
def empty(empty_url: str) -> Iterator[Database]:
    with closing(Database(empty_url)) as database:
        yield database


def tables(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names()) - {"alembic_version"}


def pretend_revision(database: Database, revision: str) -> None:
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})


def test_the_newest_schema_is_what_the_models_say(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_revision_of_this_release_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    assert ScriptDirectory.from_config(config).get_current_head() == schema.REVISION


def test_each_migration_goes_up_down_and_up_to_the_same(empty: Database) -> None:
    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    script = ScriptDirectory.from_config(config)
    revisions = [each.revision for each in reversed(list(script.walk_revisions()))]

    def go(verb: Callable[[Config, str], None], revision: str) -> None:
        with empty.engine.begin() as connection:
            config.attributes["connection"] = connection
            verb(config, revision)

    assert not schema.is_current(empty)
    before, below = description(empty), "base"
    for revision in revisions:
        go(command.upgrade, revision)
        after = description(empty)
        go(command.downgrade, below)
        assert description(empty) == before, f"{revision} down is not what was before"
        go(command.upgrade, revision)
        assert description(empty) == after, f"{revision} up again is not what it was"
        before, below = after, revision
    assert schema.is_current(empty)
    assert tables(empty) == set(Base.metadata.tables)

    go(command.downgrade, "base")
    assert tables(empty) == set()
    schema.migrate(empty)
    assert tables(empty) == set(Base.metadata.tables)


def description(database: Database) -> dict[str, list[str]]:
    """Return every table's columns, indexes with their conditions, and keys, as text."""
    inspector = inspect(database.engine)
    found: dict[str, list[str]] = {}
    # Of all tables at once: asking for each takes ten times as long.
    for of_all in (
        inspector.get_multi_columns,
        inspector.get_multi_indexes,
        inspector.get_multi_foreign_keys,
        inspector.get_multi_unique_constraints,
    ):
        for (_, table), parts in of_all().items():
            found.setdefault(table, []).extend(
                repr(sorted((key, plain(value)) for key, value in each.items())) for each in parts
            )
    found.pop("alembic_version", None)
    return {table: sorted(parts) for table, parts in found.items()}


def plain(value: object) -> str:
    """Return a value as text; conditions of indexes are objects that say nothing by themselves."""
    if isinstance(value, dict):
        return repr(sorted((key, str(each)) for key, each in value.items()))
    return str(value)


def test_migrating_again_changes_nothing(database: Database) -> None:
    schema.migrate(database)

    assert schema.is_current(database)


def test_two_programs_that_migrate_at_once(empty_url: str) -> None:
    barrier = threading.Barrier(3)

    def migrate(_: int) -> bool:
        with closing(Database(empty_url)) as database:
            barrier.wait()
            schema.migrate(database)
            return schema.is_current(database)

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(migrate, range(3))) == [True] * 3


@pytest.mark.parametrize("empty_url", ["postgres"], indirect=True)
def test_an_interrupted_migration_is_repeated_and_blocks_no_writer(empty: Database) -> None:
    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    schema.migrate(empty)
    expected = description(empty)["items"]
    with empty.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0013")
        # What a migration leaves that ends while it builds the index.
        connection.execute(text("ALTER TABLE items ADD COLUMN project_id uuid"))
        connection.execute(text("CREATE INDEX ix_items_queue_new ON items (id)"))
    statements: list[str] = []
    event.listen(
        empty.engine,
        "before_cursor_execute",
        lambda _c, _u, statement, *_: statements.append(statement),
    )

    schema.migrate(empty)

    assert schema.is_current(empty)
    assert description(empty)["items"] == expected
    indexes = [each for each in statements if " INDEX " in each and "ix_items_queue" in each]
    assert [each.split(" ix_items")[0].strip() for each in indexes] == [
        "DROP INDEX CONCURRENTLY IF EXISTS",
        "CREATE INDEX CONCURRENTLY",
        "DROP INDEX CONCURRENTLY IF EXISTS",
        'ALTER INDEX "ix_items_queue_new" RENAME TO "ix_items_queue"',
    ]


@pytest.mark.parametrize("ask", [schema.is_current, schema.migrate])
def test_a_newer_database_is_refused_and_left_alone(empty: Database, ask: object) -> None:
    schema.migrate(empty)
    pretend_revision(empty, "9999")

    with pytest.raises(StartupError, match=r"written by a newer Pigeonhole \(schema 9999\)"):
        ask(empty)  # type: ignore[operator]

    assert tables(empty) == set(Base.metadata.tables)


def test_a_sqlite_file_is_backed_up_before_its_migration(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path / 'pigeonhole.db'}")) as database:
        fill_first_schema(database)
        schema.migrate(database)
        schema.migrate(database)

    (backup,) = (tmp_path / "backups").iterdir()
    assert (tmp_path / "backups").stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(backup)) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
        assert copy.execute("SELECT name FROM files").fetchall() == [("a.txt",)]
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_new_sqlite_file_needs_no_backup(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path / 'pigeonhole.db'}")) as database:
        schema.migrate(database)

    assert not (tmp_path / "backups").exists()
