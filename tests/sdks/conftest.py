from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

from tests.contract.texts import BROKEN_PDF, INVOICE, RECIPE, RULES
from tests.sdks.environments import ALL, Report, Sdk
from tests.support.server import RunningServer, embedded_server, production_server

MODES = ("embedded", "production")
Drive = Callable[[Sdk], Report]

# Of each SDK in each mode: how many tests passed, of how many.
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
        running = embedded_server(data_dir)
    else:
        running = production_server(
            data_dir,
            request.getfixturevalue("postgres_server").fresh_database(),
            request.getfixturevalue("redis_server").fresh_database(),
        )
    with running:
        yield running


@pytest.fixture(scope="session")
def drive(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Drive:
    """Run an SDK's driver against the server, once, and return its report."""
    reports: dict[str, Report] = {}

    def drive(sdk: Sdk) -> Report:
        if sdk.name not in reports:
            given: dict[str, Any] = {
                "base_url": server.base_url,
                "api_key": server.api_key,
                "invoice": INVOICE,
                "recipe": RECIPE,
                "broken": BROKEN_PDF.hex(),
                "rules": RULES,
                "folder": str(tmp_path_factory.mktemp("documents")),
            }
            reports[sdk.name] = sdk.run(given)
        return reports[sdk.name]

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
