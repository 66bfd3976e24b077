from pathlib import Path

import pytest

from worker.classification.bundled import load_engine
from worker.classification.e5.build import build_model
from worker.classification.e5.e5 import E5Embedder
from worker.classification.engine import Engine
from worker.classification.rules import Rule


@pytest.fixture(scope="session")
def engine() -> Engine:
    return load_engine()


@pytest.fixture(scope="session")
def e5_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The second model, built from the package; about five seconds."""
    directory = tmp_path_factory.mktemp("models") / "e5"
    build_model(directory)
    return directory


@pytest.fixture(scope="session")
def e5(e5_directory: Path) -> E5Embedder:
    return E5Embedder(e5_directory)


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
