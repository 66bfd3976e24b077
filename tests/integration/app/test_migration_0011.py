"""Blobs to delete move out of the caches, and rotated keys learn their successors."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.resources import files
from uuid import UUID

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import select, text

from app.db import Database
from app.models import ApiKey, BlobDeletion
from tests.integration.app.first_schema import FILE, ORGANIZATION, PROJECT, fill_first_schema

MOMENT = "2026-09-01 12:00:00.000000"
KEPT, CACHED, DELETED = (UUID(int=number) for number in range(11, 14))
OLD_KEY, NEW_KEY, EVENT = (UUID(int=number) for number in range(21, 24))


def insert(database: Database, table: str, **values: object) -> None:
    columns, names = ", ".join(values), ", ".join(f":{name}" for name in values)
    row = {name: each.hex if isinstance(each, UUID) else each for name, each in values.items()}
    with database.write() as session:
        session.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({names})"), row)


def insert_cache(database: Database, row_id: UUID, file_id: UUID | None, kind: str) -> None:
    insert(
        database,
        "file_caches",
        id=row_id,
        project_id=PROJECT,
        file_id=file_id,
        kind=kind,
        key="v1",
        blob_key=f"aa/{row_id.int}",
        size=3,
        sha256="0" * 64,
        created_at=MOMENT,
        used_at=MOMENT,
    )


def insert_key(database: Database, key_id: UUID) -> None:
    insert(
        database,
        "api_keys",
        id=key_id,
        organization_id=ORGANIZATION,
        project_id=PROJECT,
        organization_wide=False,
        name="nightly",
        origin="command",
        hint="ph_1",
        digest=key_id.hex,
        created_at=MOMENT,
    )


def go(verb: Callable[[Config, str], None], database: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    with database.engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
        config.attributes["connection"] = connection
        verb(config, revision)


@pytest.fixture
def migrated(empty_url: str) -> Iterator[Database]:
    """A database of 0010 with blobs to delete and a rotated key, migrated to 0011."""
    with closing(Database(empty_url)) as database:
        fill_first_schema(database)
        go(command.upgrade, database, "0010")
        insert_cache(database, KEPT, FILE, "document")
        insert_cache(database, CACHED, None, "document")
        insert_cache(database, DELETED, None, "deleted")
        insert_key(database, OLD_KEY)
        insert_key(database, NEW_KEY)
        insert(
            database,
            "audit_events",
            id=EVENT,
            created_at=MOMENT,
            action="key.rotated",
            actor="command:root",
            subject=OLD_KEY,
            details=json.dumps({"new_key_id": str(NEW_KEY)}),
        )
        go(command.upgrade, database, "0011")
        yield database


def cache_rows(database: Database) -> list[tuple[UUID, bool, str]]:
    with database.read() as session:
        rows = session.execute(text("SELECT id, file_id, kind FROM file_caches ORDER BY id")).all()
    return [(UUID(str(row.id)), row.file_id is not None, row.kind) for row in rows]


def test_blobs_to_delete_move_to_their_table(migrated: Database) -> None:
    with migrated.read() as session:
        rows = session.scalars(select(BlobDeletion).order_by(BlobDeletion.id)).all()

    assert [(row.id, row.project_id, row.blob_key) for row in rows] == [
        (CACHED, PROJECT, f"aa/{CACHED.int}"),
        (DELETED, PROJECT, f"aa/{DELETED.int}"),
    ]
    assert cache_rows(migrated) == [(KEPT, True, "document")]


def test_a_rotated_key_names_its_successor(migrated: Database) -> None:
    with migrated.read() as session:
        found = session.execute(select(ApiKey.id, ApiKey.replaced_by).order_by(ApiKey.id)).all()

    assert [tuple(row) for row in found] == [(OLD_KEY, NEW_KEY), (NEW_KEY, None)]


def test_the_way_down_keeps_the_blobs_to_delete(migrated: Database) -> None:
    go(command.downgrade, migrated, "0010")

    assert cache_rows(migrated) == [
        (KEPT, True, "document"),
        (CACHED, False, "deleted"),
        (DELETED, False, "deleted"),
    ]
