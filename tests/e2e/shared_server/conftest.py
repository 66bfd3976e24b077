from collections.abc import Iterator
from contextlib import closing

import pytest

from app.db import Database
from devtools.client import Client
from devtools.ports import free_port
from devtools.server import RunningServer
from devtools.server_state import database_of
from tests.conftest import MODES, make_server

METRICS_TOKEN = "a token of the tests"
WORKERS = 2
SETTINGS = {
    "workers": WORKERS,
    # In production only the lease shows that a worker is lost. It is long enough that a living
    # worker on a busy machine renews it in time.
    "lease_seconds": 5,
    "sweep_seconds": 0.3,
    "webhook_retry_seconds": "0.1,0.1,0.1",
}


@pytest.fixture(scope="package", params=MODES)
def shared_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    data_dir = tmp_path_factory.mktemp(request.param) / "data"
    metrics = {"metrics_port": free_port(), "metrics_token": METRICS_TOKEN}
    with make_server(request, request.param, data_dir, {**SETTINGS, **metrics}) as running:
        yield running


@pytest.fixture
def server(shared_server: RunningServer) -> RunningServer:
    """One server of each mode for the whole folder: starting it takes longer than most tests.

    A test may do anything to it: if it does not run afterwards, it is started for the next one.
    """
    if not all(process.is_running() for process in shared_server.processes):
        shared_server.kill()
        shared_server.start()
    return shared_server


@pytest.fixture
def client(server: RunningServer) -> Iterator[Client]:
    with closing(Client(server)) as client:
        yield client


@pytest.fixture
def database(server: RunningServer) -> Iterator[Database]:
    """The server's database, for facts that the API does not show."""
    with closing(database_of(server)) as database:
        yield database
