"""The database layer that the API, the workers, the command and the tests share."""

import json
import logging
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar, cast
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import JSON, DateTime, Dialect, Engine, MetaData, Table, create_engine, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

log = logging.getLogger(__name__)

T = TypeVar("T")

# Migrations refer to constraints by name, so both databases need the same names.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

ANNOUNCED = "announced"

WAL_TRIES = 100
WAL_WAIT_SECONDS = 0.05
FIRST_RETRY_SECONDS = 0.25

Json = JSON().with_variant(JSONB(), "postgresql")
# As Json, but None is stored as SQL NULL instead of the JSON value null.
NullableJson = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Base(DeclarativeBase):
    """The base class of all tables."""

    metadata = MetaData(naming_convention=NAMES)


class UtcDateTime(TypeDecorator[datetime]):
    """A time in UTC with microseconds, the same on SQLite (which stores no zones) and Postgres."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a time zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's signature
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def table_of(model: type[Base]) -> Table:
    """Return the table of a model.

    For statements that run for each file: one on a table, built once with bindparam(), costs a
    third of the processor time of one on the model, which the ORM prepares at each execution.
    """
    return cast("Table", model.__table__)


def now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


def new_id() -> UUID:
    """Return a UUIDv7 (RFC 9562). It ascends with time and can be a sort key."""
    return uuid_utils.compat.uuid7()


def first_id(moment: datetime) -> UUID:
    """Return the lowest id of a row created at this time; before 1970, the lowest id of all.

    Ids begin with their milliseconds, so the primary key finds rows by age.
    """
    return UUID(int=max(0, int(moment.timestamp() * 1000)) << 80)


@dataclass(frozen=True, slots=True)
class PostgresLimits:
    """Limits of a process on Postgres: connections, and seconds to wait.

    `connect_seconds` applies to new connections, to waiting for a free connection of the pool,
    and to detecting a dead host. psycopg requires at least 2.
    """

    connections: int = 20
    connect_seconds: int = 2
    statement_seconds: float = 30


class Database:
    """A database engine with sessions for reading and for writing.

    On SQLite a writer begins with BEGIN IMMEDIATE: a transaction that reads first and writes
    later would fail after a write of another one. Readers do not wait for writers.
    """

    def __init__(self, url: str, limits: PostgresLimits = PostgresLimits()) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite(url) if self.is_sqlite else _postgres(url, limits)
        self._writers = self.engine.execution_options(sqlite_begin="IMMEDIATE")
        self._listeners: dict[str, Callable[[int], None]] = {}

    def on_commit(self, topic: str, listener: Callable[[int], None]) -> None:
        """Call `listener` with the number of announcements after each `write` with this topic.

        The listener must not raise: the transaction is committed by then.
        """
        self._listeners[topic] = listener

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session for queries; changes are discarded."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Yield a session whose changes are committed if the block ends without an error."""
        with Session(self._writers, expire_on_commit=False) as session:
            with session.begin():
                yield session
            announced: Counter[str] = session.info.get(ANNOUNCED, Counter())
            for topic, count in announced.items():
                if topic in self._listeners:
                    self._listeners[topic](count)

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def retry_write(write: Callable[[], T], tries: int) -> T:
    """Return what `write` returns, called up to `tries` times while it raises SQLAlchemyError.

    The waits between the tries double: eight tries take half a minute. Raises the last error.
    """
    for attempt in range(tries - 1):
        try:
            return write()
        except SQLAlchemyError:
            log.warning("writing to the database failed; retrying", exc_info=True)
            time.sleep(FIRST_RETRY_SECONDS * 2**attempt)
    return write()


def announce(session: Session, topic: str, count: int = 1) -> None:
    """Notify the listener of a topic once the session is committed."""
    session.info.setdefault(ANNOUNCED, Counter())[topic] += count


def _dumps(value: Any) -> str:  # noqa: ANN401  # JSON is anything
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _sqlite(url: str) -> Engine:
    engine = create_engine(
        url, json_serializer=_dumps, hide_parameters=True, connect_args={"timeout": 30}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # `begin` below sends BEGIN
        cursor = connection.cursor()
        _use_wal(cursor)
        # FULL: an acknowledged job must survive a power cut, not only a crash.
        for pragma in ("synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:  # noqa: ANN401  # SQLAlchemy's Connection, untyped by event
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def _use_wal(cursor: DBAPICursor) -> None:
    """Switch to WAL, in which readers do not block a writer.

    Retries while another process opens the same new database: SQLite ignores its busy timeout
    when the journal mode changes.
    """
    for attempt in range(WAL_TRIES):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if attempt == WAL_TRIES - 1:
                raise
            time.sleep(WAL_WAIT_SECONDS)
        else:
            return


def _postgres(url: str, limits: PostgresLimits) -> Engine:
    milliseconds = int(limits.statement_seconds * 1000)
    arguments = {
        "application_name": "pigeonhole",
        "connect_timeout": limits.connect_seconds,
        # Detects a host that disappeared, by unacknowledged packets.
        "tcp_user_timeout": limits.connect_seconds * 1000,
        # The last one ends the transaction of a stopped process, which holds locks.
        "options": (
            f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds // 3}"
            f" -c idle_in_transaction_session_timeout={milliseconds}"
        ),
    }
    return create_engine(
        url,
        json_serializer=_dumps,
        # Errors are logged; data of clients, such as webhook URLs, must not be.
        hide_parameters=True,
        pool_size=limits.connections,
        max_overflow=0,
        pool_timeout=limits.connect_seconds,
        pool_pre_ping=True,
        pool_recycle=1800,
        # Parameters of the URL override these.
        connect_args={
            name: arguments[name] for name in arguments.keys() - make_url(url).query.keys()
        },
    )
