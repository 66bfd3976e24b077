"""These tests need programs of the system, and fail without them."""

import shutil
from pathlib import Path

import pytest

PACKAGES = Path(__file__).with_name("packages.txt").read_text().split()
PROGRAMS = ("prometheus", "promtool", "systemd-analyze")


@pytest.fixture(scope="session", autouse=True)
def _complete() -> None:
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        pytest.fail(
            f"{', '.join(missing)} cannot be run; on Debian: apt-get install {' '.join(PACKAGES)}",
            pytrace=False,
        )
