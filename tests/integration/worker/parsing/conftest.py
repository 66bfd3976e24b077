import pytest

from worker.parsing.sandbox.parser import SandboxedParser


@pytest.fixture
def parser():
    with SandboxedParser() as parser:
        yield parser


@pytest.fixture(scope="module")
def shared():
    """A parser for tests that leave its fork server alive."""
    with SandboxedParser() as parser:
        yield parser
