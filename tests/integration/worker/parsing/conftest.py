import pytest

from worker.parsing.sandbox.parser import SandboxedParser


@pytest.fixture
def parser():
    with SandboxedParser() as parser:
        yield parser


@pytest.fixture(scope="module")
def shared():
    """A parser for tests after which it reads the next file, by another fork server too."""
    with SandboxedParser() as parser:
        yield parser
