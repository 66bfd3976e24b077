"""The command's verbs and how it fails."""

import logging
from collections.abc import Iterator
from importlib.metadata import version

import pytest
from click.testing import CliRunner

from app.errors import StartupError
from cli.main import VERBS, commands


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Leave the root logger as the test runner wants it: verbs set it up for themselves."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def run(*arguments: str) -> str:
    done = CliRunner().invoke(commands, arguments)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_explains_itself(verb: str) -> None:
    assert f"{verb} " in run("--help")
    assert "Usage: " in run(verb, "--help")


def test_the_version() -> None:
    assert version("pigeonhole-server") in run("--version")


def test_an_unknown_verb() -> None:
    done = CliRunner().invoke(commands, ["sevre"])

    assert done.exit_code == 2
    assert "No such command 'sevre'. Did you mean 'serve'?" in done.output


@pytest.mark.parametrize("verb", ["serve", "worker", "migrate"])
def test_settings_are_checked_first(monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    monkeypatch.setenv("PIGEONHOLE_PORT", "http")

    done = CliRunner().invoke(commands, [verb])

    assert isinstance(done.exception, StartupError)
    assert "PIGEONHOLE_PORT" in str(done.exception)


def test_an_embedded_server_has_no_worker_program() -> None:
    done = CliRunner().invoke(commands, ["worker"])

    assert isinstance(done.exception, StartupError)
    assert "PIGEONHOLE_BROKER_URL is not set" in str(done.exception)
