import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, text

from app import schema
from app.db import Database
from app.models import Base
from devtools.postgres import PostgresServer
from devtools.tenant_data import TenantData
from tests.integration.application import Api, shared_event_loop

DATABASES = ("sqlite", "postgres")
SMALL_TABLE_BYTES = 2**20


@pytest.fixture(scope="session", autouse=True)
def event_loop() -> Iterator[None]:
    with shared_event_loop():
        yield


def migrate(url: str) -> None:
    """Bring an empty database to the newest schema."""
    with closing(Database(url)) as database:
        schema.migrate(database)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "pigeonhole.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'pigeonhole.db'}"
    url: str = request.getfixturevalue("postgres_server").fresh_database()
    return url


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer) -> str:
    """One database for all tests: emptying it is much quicker than making another."""
    return postgres_server.fresh_database(migrate)


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of the newest schema, as the program opens it."""
    if request.param == "sqlite":
        path = tmp_path / "pigeonhole.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        url = request.getfixturevalue("postgres_url")
    with closing(Database(url)) as database:
        if not database.is_sqlite:
            with database.engine.begin() as connection:
                delete_rows(connection)
        yield database


def delete_rows(connection: Connection) -> None:
    """Empty all tables of a Postgres.

    TRUNCATE takes ten times as long as DELETE, and only it gives back the space of tables that have
    grown.
    """
    largest = connection.scalar(
        text(
            "SELECT max(pg_table_size(oid)) FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
    )
    tables = [table.name for table in reversed(Base.metadata.sorted_tables)]
    if largest > SMALL_TABLE_BYTES:
        connection.execute(text(f"TRUNCATE {', '.join(tables)}"))
    else:
        connection.execute(text("; ".join(f"DELETE FROM {table}" for table in tables)))


@pytest.fixture
def tenants(database: Database) -> TenantData:
    return TenantData(database)


@pytest.fixture
def api(database: Database, tmp_path: Path) -> Api:
    """The application of an embedded server, with either database."""
    return Api(database, tmp_path / "data")


@pytest.fixture
def client(api: Api, tenants: TenantData) -> TestClient:
    """A client with a key of the first project."""
    return api.client(api.key(tenants.first))
