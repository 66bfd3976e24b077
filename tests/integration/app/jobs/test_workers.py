"""Which workers are alive: a silent one is soon left out, on either database."""

from datetime import timedelta

import pytest

from app.db import Database, now
from app.jobs.models import Worker
from app.jobs.workers import (
    MISSED_HEARTBEATS,
    delete_all_workers,
    delete_worker,
    find_workers,
    heartbeat_seconds,
    measure_workforce,
)

SOON_SECONDS = 10


@pytest.fixture
def max_age(database: Database) -> timedelta:
    seconds = heartbeat_seconds(is_sqlite=database.is_sqlite)
    return timedelta(seconds=MISSED_HEARTBEATS * seconds)


def add_worker(database: Database, name: str, silent: timedelta) -> None:
    with database.write() as session:
        session.add(Worker(id=name, seen_at=now() - silent, capabilities={"engines": [name]}))


def names(database: Database) -> list[str]:
    with database.read() as session:
        found = [worker.id for worker in find_workers(session)]
        workforce = measure_workforce(session)
    assert (workforce.count, set(workforce.models)) == (len(found), set(found))
    return found


def test_a_worker_that_misses_several_heartbeats_is_gone(
    database: Database, max_age: timedelta
) -> None:
    add_worker(database, "silent", max_age + timedelta(seconds=1))
    add_worker(database, "late", max_age / 2)

    assert names(database) == ["late"]


def test_a_lost_machine_is_noticed_within_ten_seconds() -> None:
    # On SQLite the server itself sees its children end.
    assert MISSED_HEARTBEATS * heartbeat_seconds(is_sqlite=False) < SOON_SECONDS


def test_the_row_of_a_worker_that_ended_is_deleted(database: Database) -> None:
    for name in ("first", "second", "third"):
        add_worker(database, name, timedelta())

    delete_worker(database, "second")
    delete_worker(database, "second")

    assert set(names(database)) == {"first", "third"}
    delete_all_workers(database)
    assert names(database) == []
