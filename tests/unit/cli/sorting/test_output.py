"""What a sort prints for programs."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from cli.main import commands
from cli.sorting.output import SortOutput
from cli.sorting.report import Summary
from tests.unit.cli.sorting.first_word import sort

SCHEMA = json.loads(
    (Path(__file__).parents[4] / "docs/reference/sort-output.schema.json").read_text()
)
Write = Callable[[str, str], Path]


def test_json_names_the_place_of_each_file(
    source: Path, out: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [write("a.txt", "invoice 0.9"), write("b\udcff\x7f.txt", "broken")]
    output, summary = SortOutput(source, as_json=True), Summary()

    for item in sort(source, out):
        output.add(item)
        summary.add(item)
    output.close(summary.to_json())

    printed = capsys.readouterr().out
    assert printed.replace("\n", "").isprintable()
    Draft202012Validator(SCHEMA).validate(json.loads(printed))
    assert json.loads(printed) == {
        "items": [
            {
                "file": str(paths[0]),
                "sorted_to": "invoice/a.txt",
                "type": "invoice",
                "confidence": 0.9,
                "summary": "It says invoice.",
                "error": None,
            },
            {
                "file": f"{source}/b\\xff\x7f.txt",
                "sorted_to": "_failed/b\\xff\x7f.txt",
                "type": None,
                "confidence": None,
                "summary": None,
                "error": "the file is damaged",
            },
        ],
        "folders": {"invoice": 1, "_failed": 1},
        "failed_count": 1,
        "left_count": 0,
    }


def test_json_of_an_undo_says_what_was_left(source: Path, out: Path, write: Write) -> None:
    write("a.txt", "invoice")
    write("b.txt", "invoice")
    sort(source, out)
    (out / "invoice" / "a.txt").write_text("edited")

    done = CliRunner().invoke(commands, ["sort", "--undo", str(out), "--json"])

    assert done.exit_code == 1
    assert done.stderr == (
        "left: invoice/a.txt: it was changed since\n"
        "1 copy removed; the originals stayed where they are. 1 left, named above.\n"
    )
    printed = json.loads(done.stdout)
    Draft202012Validator(SCHEMA).validate(printed)
    assert (printed["back_count"], printed["left_count"]) == (1, 1)
    assert [each["left"] for each in printed["items"]] == [None, "it was changed since"]


def test_json_without_files_is_complete(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = SortOutput(source, as_json=True)

    output.close(Summary().to_json())

    assert json.loads(capsys.readouterr().out)["items"] == []


def test_json_of_a_watch_is_an_item_a_line(
    source: Path, out: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write("a.txt", "invoice")
    write("b.txt", "letter")
    output = SortOutput(source, as_json=True, is_stream=True)

    for item in sort(source, out):
        output.add(item)
    output.close({})

    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["type"] for line in lines] == ["invoice", "letter"]


def test_a_folder_that_cannot_be_read_is_named_without_controls(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = SortOutput(source, as_json=False)

    output.add_error(source / "\x1b[2J", "Permission denied")

    assert output.has_errors
    assert capsys.readouterr().err.strip().isprintable()
