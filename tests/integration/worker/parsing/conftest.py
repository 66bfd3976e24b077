import pytest

from tests.integration.worker.parsing.reading import STRATEGIES
from worker.parsing.sandbox.parser import SandboxedParser


@pytest.fixture
def parser():
    with SandboxedParser() as parser:
        yield parser


@pytest.fixture(scope="module")
def shared():
    """A parser for tests that leave its child alive."""
    with SandboxedParser() as parser:
        yield parser


@pytest.fixture(scope="module", params=STRATEGIES)
def either(request):
    """A parser of each strategy; the slower one has no child, and none for its next file."""
    with SandboxedParser(strategy=request.param) as parser:
        yield parser
