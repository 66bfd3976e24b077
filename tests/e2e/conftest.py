from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.db import Database
from devtools.client import Client, database_of
from devtools.server import RunningServer
from tests.conftest import MODES, make_server

# In production only the lease shows that a worker is lost.
# Long enough that a living worker on a busy machine renews its lease in time.
QUICK = {"lease_seconds": 5, "sweep_seconds": 0.3}


@pytest.fixture(scope="module")
def client(server: RunningServer) -> Iterator[Client]:
    with closing(Client(server)) as client:
        yield client


@pytest.fixture(scope="module")
def books(server: RunningServer) -> Iterator[Database]:
    """The server's database, for facts that the API does not show."""
    with closing(database_of(server)) as database:
        yield database


@pytest.fixture(params=MODES)
def own_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningServer]:
    """A server that the test may do anything to, with the module's `SERVER_SETTINGS` too."""
    settings = {**getattr(request.module, "SERVER_SETTINGS", {}), **QUICK}
    with make_server(request, request.param, tmp_path / "data", settings) as server:
        yield server
