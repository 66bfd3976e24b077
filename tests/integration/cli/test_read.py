"""What `pigeonhole read` prints, and how it fails."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from cli.main import commands, main
from devtools import pdf_samples, sample_files


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(commands, ["read", *map(str, arguments)])


def read(*arguments: str | Path) -> dict[str, Any]:
    done = run("--json", *arguments)
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert isinstance(document, dict)
    return document


@pytest.fixture
def three_pages(tmp_path: Path) -> Path:
    path = tmp_path / "three.pdf"
    path.write_bytes(pdf_samples.pdf("First page", "Second page", "Third page"))
    return path


def test_every_page_is_printed(three_pages: Path) -> None:
    done = run(three_pages)

    assert done.exit_code == 0
    assert done.stderr == ""
    assert done.stdout.startswith("three.pdf: pdf, 3 pages\n\n── page 1 · text layer ──")
    assert "─\nThird page\n" in done.stdout


def test_more_pages_than_a_job_reads_by_default(tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(pdf_samples.pdf(*[f"Page {number}" for number in range(1, 8)]))

    assert len(read(path)["pages"]) == 7


def test_pages_are_chosen_from_one_and_told_from_zero(three_pages: Path) -> None:
    document = read(three_pages, "--pages", "2-3,9")

    assert [(page["index"], page["text"].strip()) for page in document["pages"]] == [
        (1, "Second page"),
        (2, "Third page"),
    ]
    assert document["total_pages"] == 3


def test_the_name_and_the_mode_count(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,b\n1,2\n")

    assert read(path, "--mode", "MULTIMODAL", "--lang", "pt-BR")["format"] == "csv"


def test_the_limits_of_the_server_hold(three_pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIGEONHOLE_PARSER_MAX_PAGES", "2")

    document = read(three_pages)

    assert len(document["pages"]) == 2
    assert "only 2 of them were read" in document["warnings"][0]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "broken.docx"
    path.write_bytes(sample_files.docx(["text"])[:40])

    plain, as_json = run(path), run(path, "--json")

    assert (plain.exit_code, plain.stdout) == (1, "")
    assert plain.stderr.startswith("pigeonhole: broken.docx: ")
    assert plain.stderr.count("\n") == 1
    assert (as_json.exit_code, as_json.stderr) == (1, "")
    error = json.loads(as_json.stdout)["error"]
    assert error["code"] == "corrupt"
    assert f"{error['message']} (corrupt)" in plain.stderr


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        (("--pages", "0"), "There is no page 0"),
        (("--pages", "a"), "such as 1,3-5"),
        (("--lang", "xx"), "There is no language 'xx'"),
        (("--mode", "SLOW"), "'SLOW' is not one of"),
    ],
)
def test_a_wrong_option(three_pages: Path, option: tuple[str, str], reason: str) -> None:
    done = run(three_pages, *option)

    assert done.exit_code == 2
    assert reason in done.stderr


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing", "No such file or directory"),
        ("", "is a directory; give the path of one file"),
        ("pipe", "is not a file; give the path of one file"),
        ("a/b", "No such file or directory"),
    ],
)
@pytest.mark.usefixtures("kept_logging")
def test_a_path_without_a_file_is_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    reason: str,
) -> None:
    os.mkfifo(tmp_path / "pipe")
    path = tmp_path / name
    monkeypatch.setattr("sys.argv", ["pigeonhole", "read", str(path), "--json"])

    with pytest.raises(SystemExit) as left:
        main()

    assert left.value.code == 2
    assert capsys.readouterr() == ("", f"pigeonhole: {path}: {reason}\n")


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Hello")

    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "read", "a.txt"],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "TMPDIR": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.endswith("─\nHello\n")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_its_help_loads_no_reader_and_no_server() -> None:
    script = "import sys, cli.read; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()

    heavy = {"pypdfium2", "kreuzberg", "tesserocr", "PIL", "numpy", "fastapi", "onnxruntime"}
    assert heavy.isdisjoint(loaded)
    assert "cli.composition" not in loaded, "which opens the database"


def test_its_help_says_how_pages_are_counted() -> None:
    shown = " ".join(click.unstyle(run("--help").stdout).split())

    assert "Pages to read, counted from 1." in shown
    assert "Print JSON, with pages counted from 0." in shown
