"""What tests of the command share."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def other_file_system() -> Iterator[Path]:
    """A folder on another file system than the other ones of a test: Linux has one in memory."""
    folder = Path("/dev/shm") / f"pigeonhole-{os.getpid()}"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)
