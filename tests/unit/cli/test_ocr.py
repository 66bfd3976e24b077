"""The table of languages that can be read off pictures."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import commands
from worker.parsing.ocr.models import OCR_LANGUAGES


def run(*arguments: str) -> str:
    done = CliRunner().invoke(commands, ["ocr", "languages", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_languages_with_their_models_and_packages() -> None:
    _, *lines = run().splitlines()
    rows = {cells[0]: cells for cells in (line.split("\t") for line in lines)}

    assert len(rows) == 86
    assert rows["de"][1:3] == ["deu", "installed"]
    assert rows["abq"][1] == "Cyrillic"


def test_a_directory_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mni.traineddata").write_bytes(b"")
    (tmp_path / "ben.traineddata").write_bytes(b"")
    monkeypatch.setenv("PIGEONHOLE_OCR_DATA_DIR", str(tmp_path))

    assert str(tmp_path) in run()
    assert "tesseract-ocr-ben" not in run("--missing").split()


def test_missing_packages_in_one_line() -> None:
    listed = json.loads(run("--json"))["items"]
    missing = {each["package"] for each in listed if each["directory"] is None}

    named = run("--missing").split()

    assert set(named) == missing
    assert len(named) == len(missing), "each once"


def test_nothing_is_missing_where_all_models_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for language in OCR_LANGUAGES.values():
        (tmp_path / f"{language.model}.traineddata").touch()
    monkeypatch.setenv("PIGEONHOLE_OCR_DATA_DIR", str(tmp_path))

    assert run("--missing").split() == []
    closing = CliRunner().invoke(commands, ["ocr", "languages"]).stderr
    assert closing.startswith("86 of 86 languages are read by their own models")
