"""`pigeonhole classify` on this machine, as its user meets it."""

import csv
import json
import os
import re
import shlex
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.configurations.rules_file import FileExample, FileRule, RulesFile, RulesFileError
from app.errors import StartupError
from app.settings import load_settings
from cli.classification.exports import LineWriter
from cli.classification.folder import find_files
from cli.classification.local import LocalClassifier
from cli.classification.local_messages import LocalWork
from cli.classification.local_worker import LocalEngine
from cli.classification.results import Classifier, FileResult
from cli.classify import Output, Tally, classify
from cli.main import commands
from devtools import pdf_samples

INVOICE = "INVOICE No. 17\nSupplier: Kettle & Sons\n2 chairs 60.00\nTotal to pay: 120.00 by bank"
RECIPE = (
    "Lentil soup\nIngredients: 200 g lentils, 1 onion.\nBoil the lentils for 20 minutes. Serve."
)
RULES = """
rules:
  - type: invoice
    description: A supplier's bill with line items and a total to pay.
  - type: recipe
    description: Cooking instructions with ingredients and steps.
"""
RULES_FILE = RulesFile(
    (
        FileRule("invoice", "A supplier's bill with line items and a total to pay."),
        FileRule("recipe", "Cooking instructions with ingredients and steps."),
    )
)
EVIL = "soup\x1b[31m\n.txt"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a user: an inbox, rules, and a cache of its own."""
    folder = tmp_path_factory.mktemp("user")
    inbox = folder / "inbox"
    (inbox / "sub").mkdir(parents=True)
    (inbox / "bill.pdf").write_bytes(pdf_samples.pdf(INVOICE))
    (inbox / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    (inbox / ".hidden.txt").write_text(RECIPE)
    (inbox / "link.txt").symlink_to(inbox / "bill.pdf")
    (inbox / "sub" / EVIL).write_text(RECIPE)
    (folder / "rules.yaml").write_text(RULES)
    return folder


def run(folder: Path, command: str) -> Result:
    """Run a command of the user, as if typed in the folder."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        environment = {"XDG_CACHE_HOME": str(folder / "cache"), "PIGEONHOLE_WORKERS": "1"}
        return CliRunner(env=environment).invoke(commands, shlex.split(command))
    finally:
        os.chdir(before)


def refusal(folder: Path, command: str) -> str:
    """Return the sentence of a command that must not begin."""
    done = run(folder, command)
    assert isinstance(done.exception, StartupError | RulesFileError), done.output
    assert done.output == ""
    return str(done.exception)


@pytest.fixture(scope="module")
def done(folder: Path) -> Result:
    """The example of the help, as it is printed there."""
    help_text = " ".join(CliRunner().invoke(classify, ["--help"]).output.split())
    example = re.search(r"Example: pigeonhole (.+)$", help_text)
    assert example is not None
    return run(folder, example[1])


def test_the_example_of_the_help(done: Result) -> None:
    assert done.exit_code == 1, done.output  # one file is broken
    assert done.stderr.splitlines() == [
        "Classifying on this machine: no document leaves it.",
        "3 files: 2 with a type, 0 that fit no rule, 1 failed.",
    ]


def test_a_pipe_gets_a_line_for_each_file_in_order(done: Result) -> None:
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [row[:2] for row in rows] == [
        ["inbox/bill.pdf", "invoice"],
        ["inbox/broken.pdf", "-"],
        [r"inbox/sub/soup\x1b[31m\n.txt", "recipe"],
    ]
    assert all(len(row) == 4 for row in rows)
    assert rows[1][2:] == ["error", "the file is damaged: it has no readable page"]


@pytest.mark.usefixtures("done")
def test_the_csv_has_the_same(folder: Path) -> None:
    with (folder / "result.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["type"] for row in rows] == ["invoice", "", "recipe"]
    assert [row["check"] for row in rows] == ["", "yes", ""]
    assert rows[0]["reasoning"].replace("\n", " ").startswith(rows[0]["summary"])
    assert "\x1b" not in str(rows)


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("classify inbox", "give your rules with --rules"),
        ("classify --rules rules.yaml", "name at least one file or folder"),
        ("classify inbox --rules none.yaml", "none.yaml does not exist"),
        ("classify inbox --rules inbox/bill.pdf", "bill.pdf, line "),
        ("classify none --rules rules.yaml", "none does not exist"),
        ("classify empty --rules rules.yaml", "there are no files in empty"),
        ("classify inbox --rules rules.yaml --csv no/a.csv", "no/a.csv cannot be written"),
        ("classify inbox --rules id.yaml", "which only a server has"),
        ("classify inbox --rules rules.yaml --server x", "is not the address of a server"),
    ],
)
def test_what_cannot_start_is_one_sentence(folder: Path, command: str, sentence: str) -> None:
    (folder / "empty").mkdir(exist_ok=True)
    (folder / "id.yaml").write_text(
        RULES.replace("steps.\n", "steps.\n    examples:\n      - file_id: " + "0" * 32)
    )
    assert sentence in refusal(folder, command)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalEngine]:
    cache = tmp_path_factory.mktemp("cache") / "pigeonhole"
    with LocalEngine(LocalWork(RULES_FILE, load_settings(), cache)) as engine:
        yield engine


def test_a_file_is_read_once(engine: LocalEngine, tmp_path: Path) -> None:
    path = tmp_path / "bill.pdf"
    path.write_bytes(pdf_samples.pdf(INVOICE))
    first = engine.classify(path)
    entries = sorted((engine.cache_directory or tmp_path).iterdir())

    renamed = path.rename(tmp_path / "other.pdf")
    again = engine.classify(renamed)

    assert first.type == "invoice"
    assert (again.confidence, again.reasoning) == (first.confidence, first.reasoning)
    assert sorted((engine.cache_directory or tmp_path).iterdir()) == entries
    assert len(entries) >= 2
    entries[0].write_bytes(b"broken")
    entries[1].write_bytes(b"broken")
    assert engine.classify(renamed).confidence == first.confidence


def test_what_is_no_document(engine: LocalEngine, tmp_path: Path) -> None:
    for name in ("folder", "pipe", "empty", "large"):
        (tmp_path / name).touch()
    (tmp_path / "pipe").unlink()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").unlink()
    (tmp_path / "folder").mkdir()
    os.truncate(tmp_path / "large", 2**40)
    codes = {
        name: engine.classify(tmp_path / name).error_code
        for name in ("folder", "pipe", "empty", "large", "none")
    }
    assert codes == {
        "folder": "unsupported_type",
        "pipe": "unsupported_type",
        "empty": "empty",
        "large": "too_large",
        "none": "file_deleted",
    }


class InThisProcess(Classifier):
    """Classifies with the engine of the module, which saves starting a worker."""

    def __init__(self, engine: LocalEngine) -> None:
        self._engine = engine

    def __exit__(self, *_: object) -> None:
        """End nothing: other tests use the engine."""

    def describe(self) -> str:
        return "Classifying in the process of the tests."

    def classify(self, paths: Iterable[Path]) -> Iterator[FileResult]:
        yield from map(self._engine.classify, paths)


def output(csv_path: Path | None = None, *, only_unsure: bool = False) -> Output:
    return Output(Tally(0.8), ["invoice", "recipe"], None, csv_path, True, only_unsure)


def test_only_unsure_as_json(
    engine: LocalEngine, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = list(find_files([folder / "inbox"]))
    assert output(only_unsure=True).run(InThisProcess(engine), paths, 3) == 1
    (item,) = json.loads(capsys.readouterr().out)["items"]
    assert (Path(item["file"]).name, item["error"]["code"]) == ("broken.pdf", "corrupt")


def test_lines_without_a_reader_end_the_command_unless_a_csv_file_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in `pigeonhole classify inbox --csv result.csv | head`."""
    result = FileResult.of(Path("a.txt"), "invoice", 0.9, "Very likely.")
    for may_end in (True, False):
        reader, writer = os.pipe()
        os.close(reader)
        with suppress(BrokenPipeError), os.fdopen(writer, "w") as output:
            monkeypatch.setattr(sys, "stdout", output)
            lines = LineWriter(may_end=may_end)
            if may_end:
                with pytest.raises(BrokenPipeError):
                    lines.add(result)
            else:
                lines.add(result)
                lines.add(result)


def test_ctrl_c_ends_with_what_is_done(
    engine: LocalEngine, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> Iterator[Path]:
        yield folder / "inbox" / "bill.pdf"
        signal.raise_signal(signal.SIGTERM)
        yield folder / "inbox" / "broken.pdf"

    code = output(tmp_path / "a.csv").run(InThisProcess(engine), interrupted(), 3)

    assert code == 130
    printed = capsys.readouterr()
    assert [item["type"] for item in json.loads(printed.out)["items"]] == ["invoice"]
    assert printed.err.endswith("Interrupted. Not done: 2 files.\n")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["type"] for row in csv.DictReader(file)] == ["invoice"]


def test_a_killed_worker_is_replaced_and_costs_no_file(tmp_path: Path) -> None:
    paths = []
    for number in range(4):
        paths.append(tmp_path / f"{number}.txt")
        paths[-1].write_text(f"{RECIPE} {number}")
    example = FileExample(path=paths[0], written="0.txt")
    rules = RulesFile((FileRule("recipe", "Cooking instructions.", (example,)),))
    with LocalClassifier(rules, load_settings(workers=1), None) as classifier:
        results: list[FileResult] = []
        for result in classifier.classify(paths):
            results.append(result)
            if len(results) == 1:
                (worker,) = classifier.processes
                worker.kill()
                worker.join()
    assert sorted(result.path for result in results) == paths
    assert {result.type for result in results} == {"recipe"}
    assert not classifier.processes


def test_an_example_that_cannot_be_read_stops_all(tmp_path: Path) -> None:
    example = tmp_path / "example.pdf"
    example.write_bytes(b"%PDF-1.7 and nothing else")
    rule = FileRule("recipe", "Cooking instructions.", (FileExample(path=example),))
    classifier = LocalClassifier(RulesFile((rule,)), load_settings(workers=1), None)
    with classifier, pytest.raises(StartupError, match=r"example\.pdf of recipe cannot be read"):
        list(classifier.classify([example]))
