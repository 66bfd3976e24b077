from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.db import Database
from app.files.blobs import LocalBlobStore
from tests.integration.app.conftest import database, postgres_url, sqlite_template
from tests.integration.app.world import World
from tests.integration.worker.plumbing import Plumbing
from worker.classification.bundled import load_engine
from worker.classification.engine import Engine
from worker.parsing.sandbox import SandboxedParser

__all__ = ["database", "postgres_url", "sqlite_template"]


@pytest.fixture(scope="session")
def engine() -> Engine:
    return load_engine()


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobStore:
    return LocalBlobStore(tmp_path / "blobs")


@pytest.fixture
def world(database: Database) -> World:  # pytest hands fixtures over by their names
    return World(database)


@pytest.fixture
def plumbing(world: World, blobs: LocalBlobStore, engine: Engine) -> Plumbing:
    return Plumbing(world, blobs, engine)


@pytest.fixture
def parser() -> Iterator[SandboxedParser]:
    with closing(SandboxedParser()) as parser:
        yield parser
