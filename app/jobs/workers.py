"""The worker processes that are alive, as their heartbeats show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from app.db import Database, now
from app.jobs.models import Worker

POSTGRES_SECONDS, SQLITE_SECONDS = 2.0, 10.0
MISSED_HEARTBEATS = 4


@dataclass(frozen=True, slots=True)
class Workforce:
    """What the live worker processes can do, as their heartbeats say.

    `ocr_languages` are those in which every worker reads scans: any of them may get a file.
    `missing` is what workers lack, such as the embeddings server.
    """

    count: int
    models: list[str]
    ocr_languages: list[str]
    missing: list[str]


def heartbeat_seconds(*, is_sqlite: bool) -> float:
    """Return how often a worker writes its row.

    On Postgres a worker may be on any machine, and only its silence tells that it is gone. On
    SQLite all workers are children of the one server, which deletes the row of a child that ended:
    the heartbeat is rare there, because each writes 8 KB and waits for the disk.
    """
    return SQLITE_SECONDS if is_sqlite else POSTGRES_SECONDS


def find_workers(session: Session) -> Sequence[Worker]:
    """Return the live worker processes, the oldest first."""
    query = select(Worker).where(_is_alive(session))
    return session.scalars(query.order_by(Worker.started_at, Worker.id)).all()


def measure_workforce(session: Session) -> Workforce:
    """Return what the live worker processes can do."""
    workers = session.scalars(select(Worker.capabilities).where(_is_alive(session))).all()
    languages = [set(can.get("ocr_languages", ())) for can in workers]
    return Workforce(
        count=len(workers),
        models=list(dict.fromkeys(name for can in workers for name in can.get("engines", ()))),
        ocr_languages=sorted(set.intersection(*languages)) if languages else [],
        missing=sorted({str(can["missing"]) for can in workers if can.get("missing")}),
    )


def _is_alive(session: Session) -> ColumnElement[bool]:
    """Return the condition that a worker has not missed several heartbeats in a row."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    max_age = timedelta(seconds=MISSED_HEARTBEATS * heartbeat_seconds(is_sqlite=is_sqlite))
    return Worker.seen_at > now() - max_age


def delete_worker(database: Database, name: str) -> None:
    """Delete the row of a worker that has ended; does nothing if it is gone."""
    with database.write() as session:
        session.execute(delete(Worker).where(Worker.id == name))


def delete_all_workers(database: Database) -> None:
    """Delete every row: for the start of a server that has locked its data directory."""
    with database.write() as session:
        session.execute(delete(Worker))
