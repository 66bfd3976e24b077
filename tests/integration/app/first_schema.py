"""A database as the first schema's program left it, with a finished job in it.

Written in SQL, because the models are those of today.
"""

import json
from importlib.resources import files
from uuid import UUID

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from app.db import Database
from devtools.tenant_data import RULES

ORGANIZATION, PROJECT, FILE, JOB, ITEM = (UUID(int=number) for number in range(1, 6))
BLOB_KEY = "aa/first"
BYTES = b"INVOICE 7\nTotal to pay: 12.00 by bank transfer"
VERDICT = ("invoice", 0.875, "It asks for money.")
MOMENT = "2026-09-01 12:00:00.000000"

ROWS: dict[str, dict[str, object]] = {
    "organizations": {"id": ORGANIZATION, "name": "Default", "created_at": MOMENT},
    "projects": {
        "id": PROJECT,
        "organization_id": ORGANIZATION,
        "name": "Default",
        "is_default": True,
        "created_at": MOMENT,
    },
    "files": {
        "id": FILE,
        "project_id": PROJECT,
        "name": "a.txt",
        "file_type": "txt",
        "size": len(BYTES),
        "sha256": "0" * 64,
        "blob_key": BLOB_KEY,
        "created_at": MOMENT,
    },
    "jobs": {
        "id": JOB,
        "project_id": PROJECT,
        "user_id": "somebody",
        "status": "SUCCESS",
        "mode": "FAST",
        "rules": json.dumps([rule.to_json() for rule in RULES]),
        "lang": "en",
        "max_pages": 5,
        "file_count": 1,
        "ended_count": 1,
        "failed_count": 0,
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "deadline_at": MOMENT,
    },
    "items": {
        "id": ITEM,
        "job_id": JOB,
        "ordinal": 0,
        "file_id": FILE,
        "file_name": "a.txt",
        "status": "done",
        "attempt": 1,
        "created_at": MOMENT,
        "updated_at": MOMENT,
    },
    "results": {
        "item_id": ITEM,
        "type": VERDICT[0],
        "confidence": VERDICT[1],
        "reasoning": VERDICT[2],
        "created_at": MOMENT,
    },
}


def fill_first_schema(database: Database) -> None:
    """Bring an empty database to the first schema and fill it."""
    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    with database.engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for table, row in ROWS.items():
            columns, values = ", ".join(row), ", ".join(f":{name}" for name in row)
            connection.execute(
                text(f"INSERT INTO {table} ({columns}) VALUES ({values})"),
                {
                    name: value.hex if isinstance(value, UUID) else value
                    for name, value in row.items()
                },
            )
