"""The command's verbs and how it fails."""

import io
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from rich.console import Console

from app.errors import StartupError
from cli.main import VERBS, commands, main

pytestmark = pytest.mark.usefixtures("kept_logging")


def run(*arguments: str) -> str:
    done = CliRunner().invoke(commands, arguments)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_explains_itself(verb: str) -> None:
    assert f"{verb} " in run("--help")
    assert "Usage: " in run(verb, "--help")


def test_the_list_of_verbs_imports_nothing_heavy() -> None:
    ask = (
        "import sys; from cli.main import commands; commands(['--help'], standalone_mode=False);"
        " print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)

    imported = set(done.stderr.split())
    assert "click" in imported
    assert not imported & {
        *("alembic", "celery", "fastapi", "httpx2", "numpy", "onnxruntime", "pydantic", "rich"),
        *("scipy", "sklearn", "sqlalchemy", "uvicorn", "worker"),
    }


@click.command()
def stopped() -> None:
    """End as by Ctrl-C while the program is being loaded."""
    signal.raise_signal(signal.SIGINT)


@click.command()
def ruled() -> None:
    """Draw a line, as tables do."""
    Console().print("─")


def test_a_terminal_without_unicode_gets_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VERBS, "ruled", (__name__, ""))
    monkeypatch.setattr(sys, "argv", ["pigeonhole", "ruled"])
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, encoding="ascii"))

    with pytest.raises(SystemExit) as end:
        main()

    assert (end.value.code, shown.getvalue()) == (0, b"\\u2500\n")


def test_ctrl_c_ends_every_verb_with_the_same_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VERBS, "stopped", (__name__, ""))

    done = CliRunner().invoke(commands, ["stopped"])

    assert (done.exit_code, done.stderr) == (130, "Interrupted.\n")


def test_the_version() -> None:
    assert version("pigeonhole-server") in run("--version")


def test_an_unknown_verb() -> None:
    done = CliRunner().invoke(commands, ["serv"])

    assert done.exit_code == 2
    assert "No such command 'serv'. Did you mean 'serve'?" in done.output
    assert "No such command 'xyzzy'" in CliRunner().invoke(commands, ["xyzzy"]).output


def test_the_help_of_classify_loads_nothing_heavy() -> None:
    program = (
        "import sys, cli.classify;"
        "print(*{'httpx2', 'numpy', 'pydantic_settings', 'rich', 'yaml'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b""


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


@pytest.mark.parametrize(
    ("content", "settings", "sentence"),
    [
        (b"x" * 5000, (), "in the data directory cannot be used: file is not a database: restore"),
        (
            b"",
            ("DATABASE_URL=postgresql://a@127.0.0.1:9/b", "BROKER_URL=redis://x"),
            "PIGEONHOLE_DATABASE_URL: the database cannot be reached: connection failed",
        ),
    ],
)
def test_a_database_that_cannot_be_used(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
    settings: tuple[str, ...],
    sentence: str,
) -> None:
    (tmp_path / "pigeonhole.db").write_bytes(content)
    for name, _, value in (each.partition("=") for each in (*settings, f"SECRET_KEY={'s' * 32}")):
        monkeypatch.setenv(f"PIGEONHOLE_{name}", value)
    monkeypatch.setattr(sys, "argv", ["pigeonhole", "migrate", "--data-dir", str(tmp_path)])

    with pytest.raises(SystemExit) as end:
        main()

    assert end.value.code == 2
    assert sentence in capsys.readouterr().err
