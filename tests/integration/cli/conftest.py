from collections.abc import Iterator
from contextlib import closing

import pytest

from devtools.client import Client
from devtools.server import RunningServer, embedded_server

UPLOAD_MAX, BODY_MAX = 50_000, 20_000
SETTINGS = {
    "workers": 1,
    "upload_max_bytes": UPLOAD_MAX,
    "body_max_bytes": BODY_MAX,
    "log_level": "debug",
}


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One embedded server for the whole folder: starting it takes longer than most tests."""
    folder = tmp_path_factory.mktemp("embedded")
    server = embedded_server(folder / "data", SETTINGS)
    for name in ("HOME", "TMPDIR"):
        (folder / name).mkdir()
        server.environment[name] = str(folder / name)
    with server:
        yield server


@pytest.fixture(scope="module")
def client(server: RunningServer) -> Iterator[Client]:
    with closing(Client(server)) as client:
        yield client
