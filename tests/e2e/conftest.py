from collections.abc import Iterator
from contextlib import closing

import pytest

from app.db import Database
from tests.e2e.client import Client, database_of
from tests.support.server import RunningServer


@pytest.fixture(scope="module")
def client(server: RunningServer) -> Iterator[Client]:
    with closing(Client(server)) as client:
        yield client


@pytest.fixture(scope="module")
def books(server: RunningServer) -> Iterator[Database]:
    """The server's database, to see what its API does not tell."""
    with closing(database_of(server)) as database:
        yield database
