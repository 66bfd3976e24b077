import gc
import logging
import os
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

import hypothesis
import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

from devtools.postgres import PostgresServer
from devtools.reaper import reaper
from devtools.redis import RedisServer
from devtools.s3 import S3Server
from devtools.server import RunningServer, embedded_server, production_server

MODES = ("embedded", "production")
# Modules whose names begin so share servers, or an engine and the vectors that it has computed.
SHARING_MODULES = (
    "tests/e2e/shared_server/",
    "tests/unit/worker/classification/",
    "tests/contract/",
    "tests/integration/cli/",
    "tests/integration/worker/test_",
    "tests/integration/app/files/blobs/",
)
# What takes long begins first, so that no process is alone with it at the end; among it are tests
# that wait beside tests that compute.
FIRST_MODULES = (*SHARING_MODULES, "tests/e2e/", "tests/integration/", "tests/unit/worker/")


# Tests may be slow on a busy machine.
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
    # Settings of the developer's shell must not change the tests.
    for name in [name for name in os.environ if name.startswith("PIGEONHOLE_")]:
        del os.environ[name]


def pytest_unconfigure() -> None:
    reaper.close()


def pytest_collection_finish() -> None:
    # What is loaded by now stays: searching it for garbage takes a tenth of the time of the tests.
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(
        key=lambda item: next(
            (n for n, each in enumerate(FIRST_MODULES) if item.nodeid.startswith(each)),
            len(FIRST_MODULES),
        )
    )


class ModuleScheduling(LoadScopeScheduling):
    """Gives a process whole modules, so that their servers are started once."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return next((each for each in SHARING_MODULES if module.startswith(each)), module)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two processes more than processors, because tests wait for their servers."""
    return len(os.sched_getaffinity(0)) + 2


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ModuleScheduling:
    config.option.loadscopereorder = False  # in the order of the collection
    return ModuleScheduling(config, log)


@pytest.fixture
def kept_logging() -> Iterator[None]:
    """Give back the logging of the test runner after what sets up its own, as verbs do."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(autouse=True)
def kept_umask() -> Iterator[None]:
    """Commands that a test runs within its process make files private; only its own may be."""
    kept = os.umask(0o022)
    yield
    os.umask(kept)


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


def make_server(
    request: pytest.FixtureRequest, mode: str, data_dir: Path, settings: Mapping[str, object]
) -> RunningServer:
    """Make a server of a mode on its own databases; it has one worker unless set otherwise."""
    settings = {"workers": 1, **settings}
    if mode == "embedded":
        return embedded_server(data_dir, settings)
    return production_server(
        data_dir,
        request.getfixturevalue("postgres_server").fresh_database(),
        request.getfixturevalue("redis_server").fresh_database(),
        settings,
    )
