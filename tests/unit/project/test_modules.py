"""Rules about the source that no linter knows."""

import ast
from pathlib import Path

import pytest

PACKAGES = ("app", "cli", "migrations", "worker")

# app.settings reads the environment, through pydantic. Other modules that do, and why:
READS_THE_ENVIRONMENT = {
    "app/observability/multiprocess.py": "tells prometheus_client where processes count",
    "cli/api_client/address.py": "also takes the variables of the original API's clients",
    "cli/classification/user_cache.py": "finds the user's cache directory",
    "cli/composition.py": "warns of variables that are nearly the name of a setting",
    "cli/demo_server.py": "passes the environment without our settings to its server",
    "worker/classification/__init__.py": "forbids ONNX Runtime to write to the home directory",
    "worker/parsing/sandbox/jail.py": "sets the temporary directory of a file's reader",
    "worker/parsing/sandbox/spawn.py": "builds the near-empty environment of the fork server",
}


@pytest.fixture(scope="module")
def modules(root: Path, tracked: list[Path]) -> dict[str, str]:
    return {
        str(path.relative_to(root)): path.read_text() for path in tracked if path.suffix == ".py"
    }


def reads_the_environment(source: str) -> bool:
    names = {"environ", "environb", "getenv"}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in names:
            return True
        imported = node.names if isinstance(node, ast.ImportFrom) and node.module == "os" else []
        if any(alias.name in names for alias in imported):
            return True
    return False


def test_only_the_settings_read_the_environment(modules: dict[str, str]):
    readers = {
        name
        for name, source in modules.items()
        if name.split("/")[0] in PACKAGES and reads_the_environment(source)
    }
    assert readers == set(READS_THE_ENVIRONMENT)


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.environ['HOME']",
        "import os as system\nsystem.getenv('HOME')",
        "from os import environ as e",
    ],
)
def test_every_way_to_read_the_environment_is_seen(source: str):
    assert reads_the_environment(source)
