from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.files.blobs.local import LocalBlobStore
from devtools.world import World
from tests.integration.worker.plumbing import Plumbing
from worker.classification.engine import Engine
from worker.classification.loading import limit_blas_threads, load_built_in_engine
from worker.parsing.sandbox.parser import SandboxedParser


@pytest.fixture(scope="session")
def engine() -> Engine:
    engine = load_built_in_engine()
    limit_blas_threads()
    return engine


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobStore:
    return LocalBlobStore(tmp_path / "blobs")


@pytest.fixture
def plumbing(world: World, blobs: LocalBlobStore, engine: Engine) -> Plumbing:
    return Plumbing(world, blobs, engine)


@pytest.fixture
def parser() -> Iterator[SandboxedParser]:
    with closing(SandboxedParser()) as parser:
        yield parser
