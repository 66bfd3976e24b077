"""The version stands in pyproject.toml; what repeats it says the same."""

import json
import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
RELEASE = re.compile(r"(\d+)\.(\d+)\.(\d+) - \d{4}-\d\d-\d\d")


@pytest.fixture
def stated(root: Path) -> str:
    return str(tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"])


def test_what_repeats_the_version_says_the_same(root: Path, stated: str):
    image = re.search(r'image\.version="([^"]+)"', (root / "Dockerfile").read_text())
    description = json.loads((root / "docs/reference/openapi.json").read_text())

    assert version("pigeonhole-server") == stated
    assert image is not None
    assert image[1] == stated
    assert description["info"]["version"] == stated


def test_the_changelog_is_by_version(root: Path, stated: str):
    first, *releases = HEADING.findall((root / "CHANGELOG.md").read_text())
    found = [RELEASE.fullmatch(release) for release in releases]

    assert first == "Unreleased"
    assert None not in found, f"a heading is `X.Y.Z - YYYY-MM-DD`: {releases}"
    numbers = [tuple(map(int, each.groups())) for each in found if each]
    assert numbers == sorted(numbers, reverse=True)
    assert all(each <= tuple(map(int, stated.split("."))) for each in numbers)
