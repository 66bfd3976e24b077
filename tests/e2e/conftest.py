from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.db import Database
from devtools.client import Client, database_of
from devtools.server import RunningServer, embedded_server, production_server
from tests.conftest import MODES

# In production a lost worker is known by its lease alone.
QUICK = {"lease_seconds": 1.5, "sweep_seconds": 0.3}


@pytest.fixture(scope="module")
def client(server: RunningServer) -> Iterator[Client]:
    with closing(Client(server)) as client:
        yield client


@pytest.fixture(scope="module")
def books(server: RunningServer) -> Iterator[Database]:
    """The server's database, to see what its API does not tell."""
    with closing(database_of(server)) as database:
        yield database


@pytest.fixture(params=MODES)
def own_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningServer]:
    """A server that the test may do anything to."""
    if request.param == "embedded":
        server = embedded_server(tmp_path / "data", QUICK)
    else:
        server = production_server(
            tmp_path / "data",
            request.getfixturevalue("postgres_server").fresh_database(),
            request.getfixturevalue("redis_server").fresh_database(),
            QUICK,
        )
    with server:
        yield server
