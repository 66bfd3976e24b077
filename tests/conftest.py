import os
import signal
from collections.abc import Iterator

import hypothesis
import pytest

from devtools.postgres import PostgresServer
from devtools.reaper import reaper
from devtools.redis import RedisServer
from devtools.s3 import S3Server
from devtools.server import RunningServer, embedded_server, production_server

MODES = ("embedded", "production")


# A busy machine is slow, which is no fault of what is tested.
hypothesis.settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)


def pytest_configure() -> None:
    hypothesis.settings.load_profile("unhurried")
    # A shell starts what it puts into the background with SIGINT ignored, and programs that we
    # start would inherit that: a test of Ctrl-C would then test nothing.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Clients of the tests talk to this machine only: a developer's proxy must not see that.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost,::1"
    # Settings of the shell would make other tests than everybody else's.
    for name in [name for name in os.environ if name.startswith("PIGEONHOLE_")]:
        del os.environ[name]


def pytest_unconfigure() -> None:
    reaper.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    server = RedisServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    server = S3Server()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module", params=MODES)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """The real program in both of its modes, one for all tests of a module.

    A module sets `SERVER_SETTINGS = {"job_max_files": 3}` where it needs other settings.
    """
    settings = getattr(request.module, "SERVER_SETTINGS", {})
    data_dir = tmp_path_factory.mktemp(request.param) / "data"
    if request.param == "embedded":
        running = embedded_server(data_dir, settings)
    else:
        running = production_server(
            data_dir,
            request.getfixturevalue("postgres_server").fresh_database(),
            request.getfixturevalue("redis_server").fresh_database(),
            settings,
        )
    with running:
        yield running
