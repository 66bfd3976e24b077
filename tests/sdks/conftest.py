from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from rich.console import Console
from rich.table import Table

from devtools.server import RunningServer, embedded_server, production_server
from tests.contract.texts import BROKEN_PDF, INVOICE, RECIPE, RULES
from tests.sdks.environments import ALL, Report, Sdk
from tests.sdks.relay import Relay

MODES = ("embedded", "production")
# Drivers send more than that.
SETTINGS = {"upload_max_bytes": 300_000}
Drive = Callable[[Sdk], Report]

# For each SDK and mode: passed tests and all tests.
_counts: dict[tuple[str, str], list[int]] = {}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session", params=MODES)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """One server of each mode for every SDK."""
    data_dir = tmp_path_factory.mktemp(request.param) / "data"
    if request.param == "embedded":
        running = embedded_server(data_dir, SETTINGS)
    else:
        running = production_server(
            data_dir,
            request.getfixturevalue("postgres_server").fresh_database(),
            request.getfixturevalue("redis_server").fresh_database(),
            SETTINGS,
        )
    with running:
        yield running


@pytest.fixture(scope="session")
def limited_key(server: RunningServer) -> str:
    """The key of a separate project, limited to 60 requests a minute."""
    where = ["--data-dir", str(server.data_dir)]
    server.run("projects", *where, "create", "limited")
    (project,) = httpx2.get(
        f"{server.base_url}/api/v1/projects",
        params={"project_name": "limited"},
        headers={"Authorization": f"Bearer {server.api_key}"},
        trust_env=False,
    ).json()
    server.run("projects", *where, "limit", project["id"], "--requests-per-minute", "60")
    made = server.run("keys", *where, "create", "limited", "--project-id", project["id"])
    return made.split()[-1]


@pytest.fixture(scope="session")
def relay(server: RunningServer) -> Iterator[Relay]:
    with Relay(server.port) as running:
        yield running


@pytest.fixture(scope="session")
def drive(
    server: RunningServer,
    limited_key: str,
    relay: Relay,
    tmp_path_factory: pytest.TempPathFactory,
) -> Drive:
    """Run an SDK's driver against the server, once, and return its report."""
    reports: dict[tuple[str, str], Report] = {}

    def drive(sdk: Sdk) -> Report:
        driver = sdk.name, sdk.driver
        if driver not in reports:
            given: dict[str, Any] = {
                "base_url": server.base_url,
                "api_key": server.api_key,
                "limited_key": limited_key,
                "relay": relay.url,
                "invoice": INVOICE,
                "recipe": RECIPE,
                "broken": BROKEN_PDF.hex(),
                "rules": RULES,
                "folder": str(tmp_path_factory.mktemp("documents")),
            }
            reports[driver] = sdk.run(given)
        return reports[driver]

    return drive


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    sdk, mode = parameters.get("sdk"), parameters.get("server")
    if report.when == "call" and isinstance(sdk, Sdk) and mode in MODES:
        counts = _counts.setdefault((sdk.name, mode), [0, 0])
        counts[0] += report.passed
        counts[1] += 1
    return report


def pytest_terminal_summary() -> None:
    if not _counts:
        return
    table = Table("SDK", *MODES, title="Flows of each SDK against one live server")
    for sdk in ALL:
        cells = [_counts.get((sdk.name, mode), [0, 0]) for mode in MODES]
        table.add_row(sdk.name, *(f"{passed} of {every}" for passed, every in cells))
    Console().print(table)
