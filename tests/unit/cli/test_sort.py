"""What `pigeonhole sort` refuses: one sentence, and nothing has happened."""

from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from app.errors import PigeonholeError, StartupError
from cli.main import commands
from cli.sorting.journal import Journal

RULES = """
rules:
  - type: invoice
    description: A bill with an invoice number and the total to pay.
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "a.txt").write_text("Invoice 17")
    (tmp_path / "rules.yaml").write_text(RULES)
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def run(command: str) -> Result:
    return CliRunner().invoke(commands, ["sort", *command.split()])


def make_file(folder: Path) -> None:
    (folder / "sorted").write_text("a file")


def make_file_of_a_type(folder: Path) -> None:
    (folder / "sorted").mkdir()
    (folder / "sorted" / "invoice").write_text("a file")


def make_link_of_a_type(folder: Path) -> None:
    (folder / "sorted").mkdir()
    (folder / "sorted" / "_check").symlink_to(folder)


def hide_files(folder: Path) -> None:
    (folder / "scans" / "a.txt").rename(folder / "scans" / ".a.txt")


def nothing(_folder: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("prepare", "command", "sentence"),
    [
        (nothing, "scans", "give two folders"),
        (nothing, "scans sorted", "give your rules with --rules"),
        (nothing, "scans sorted --rules no.yaml", "no.yaml does not exist"),
        (
            nothing,
            "scans sorted --rules rules.yaml --move --link",
            "give one of --copy, --move and --link",
        ),
        (nothing, "none sorted --rules rules.yaml", "none does not exist: give the folder"),
        (nothing, "rules.yaml sorted --rules rules.yaml", "rules.yaml is not a folder"),
        (nothing, "scans scans --rules rules.yaml", "give another output folder"),
        (nothing, "scans . --rules rules.yaml", "give another output folder"),
        (nothing, "scans no/sorted --rules rules.yaml", "does not exist: make it first"),
        (make_file, "scans sorted --rules rules.yaml", "sorted is a file: give a folder"),
        (make_file_of_a_type, "scans sorted --rules rules.yaml", "is not a folder: rename it"),
        (make_link_of_a_type, "scans sorted --rules rules.yaml", "is not a folder: rename it"),
        (hide_files, "scans sorted --rules rules.yaml", "there are no files in"),
        (
            nothing,
            "scans sorted --rules rules.yaml --server nowhere",
            "'nowhere' is not the address of a server",
        ),
        (nothing, "--undo", "give one folder with --undo"),
        (nothing, "--undo scans", "scans has no journal of a sort"),
        (nothing, "--undo none", "none is not a folder"),
    ],
)
def test_bad_input_is_one_sentence(
    folder: Path, prepare: Callable[[Path], None], command: str, sentence: str
) -> None:
    prepare(folder)
    before = names(folder)

    result = run(command)

    assert isinstance(result.exception, StartupError | PigeonholeError)
    assert sentence in str(result.exception)
    assert "\n" not in str(result.exception)
    assert names(folder) == before


def test_a_folder_in_which_another_sort_works_is_refused(folder: Path) -> None:
    out = folder / "sorted"
    (out / ".pigeonhole").mkdir(parents=True)
    journal = Journal(out)

    result = run("--undo sorted")
    journal.close()

    assert str(result.exception) == (
        f"another sort is working on {out}: wait until it ends, or stop it"
    )


def test_a_damaged_journal_is_named(folder: Path) -> None:
    state = folder / "sorted" / ".pigeonhole"
    state.mkdir(parents=True)
    (state / "journal.db").write_bytes(b"not a database " * 100)

    result = run("--undo sorted")

    assert "journal.db is damaged" in str(result.exception)


def test_hard_links_that_cannot_lead_there_are_refused(
    folder: Path, other_file_system: Path
) -> None:
    assert folder.stat().st_dev != other_file_system.stat().st_dev
    before = names(other_file_system)

    result = run(f"scans {other_file_system / 'sorted'} --rules rules.yaml --link")

    assert "leave out --link to copy" in str(result.exception)
    assert names(other_file_system) == before


def test_the_help_has_its_examples_and_fits_a_terminal() -> None:
    result = CliRunner().invoke(commands, ["sort", "--help"], terminal_width=80)

    assert "pigeonhole sort scans sorted --rules rules.yaml" in result.output
    assert "pigeonhole sort --undo sorted" in result.output
    assert max(map(len, result.output.splitlines())) <= 80
    assert isinstance(commands.get_command(click.Context(commands), "sort"), click.Command)
