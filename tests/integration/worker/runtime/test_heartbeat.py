"""A worker's row: there while it lives, gone when it ends well."""

import os

from sqlalchemy import delete, select

from app.db import Database
from app.jobs.models import Worker
from worker.runtime.heartbeat import Heartbeat, name_worker


def rows(database: Database) -> list[Worker]:
    with database.read() as session:
        return list(session.scalars(select(Worker)))


def test_it_tells_what_the_worker_can_do_until_it_stops(database: Database) -> None:
    beat = Heartbeat(database, "w1", lambda: {"engines": ["bundled 1"]})

    beat.start()
    (row,) = rows(database)
    beat.stop()

    assert row.id == "w1"
    assert row.capabilities == {"engines": ["bundled 1"], "pid": os.getpid()}
    assert row.started_at == row.seen_at
    assert rows(database) == []


def test_it_comes_back_when_somebody_forgot_it(database: Database) -> None:
    beat = Heartbeat(database, "w1", dict)
    beat.start()
    with database.write() as session:
        session.execute(delete(Worker))

    beat.beat()

    assert [row.id for row in rows(database)] == ["w1"]
    beat.stop()


def test_later_beats_keep_the_start(database: Database) -> None:
    beat = Heartbeat(database, "w1", dict)
    beat.start()
    beat.beat()
    (row,) = rows(database)
    beat.stop()

    assert row.seen_at > row.started_at


def test_each_beat_tells_what_is_missing_now(database: Database) -> None:
    missing: list[str] = []
    beat = Heartbeat(database, "w1", lambda: {"missing": "; ".join(missing)})
    beat.start()
    missing.append("the embeddings server is away")
    beat.beat()
    (row,) = rows(database)
    beat.stop()

    assert row.capabilities["missing"] == "the embeddings server is away"


def test_names_are_never_the_same() -> None:
    assert len({name_worker("local") for _ in range(100)}) == 100
