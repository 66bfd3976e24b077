from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.files.blobs.local import LocalBlobStore
from devtools.tenant_data import TenantData
from tests.integration.worker.pipeline_environment import PipelineEnvironment
from tests.unit.worker.classification.conftest import remembering
from worker.classification.engine import Engine
from worker.classification.loading import load_built_in_engine
from worker.parsing.sandbox.parser import SandboxedParser


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The engine, which computes the vectors of each text once: many tests share texts."""
    return remembering(load_built_in_engine())


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobStore:
    return LocalBlobStore(tmp_path / "blobs")


@pytest.fixture
def pipeline_env(tenants: TenantData, blobs: LocalBlobStore, engine: Engine) -> PipelineEnvironment:
    return PipelineEnvironment(tenants, blobs, engine)


@pytest.fixture(scope="session")
def parser() -> Iterator[SandboxedParser]:
    with closing(SandboxedParser()) as parser:
        yield parser
