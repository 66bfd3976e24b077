"""`pigeonhole rules init`: the sets can be read, and no file is overwritten."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.configurations.ready_made import LANGUAGES, SETS, ReadyMadeSet
from app.configurations.rules_reader import read_rules
from app.errors import StartupError
from cli.main import commands


def init(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["rules", "init", *arguments])


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", SETS)
def test_a_set_in_each_language(name: str, lang: str, tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"

    done = init(name, "--lang", lang, "--output", str(path))

    assert done.exit_code == 0
    written = read_rules(path)
    assert written.lang == (None if lang == "en" else lang)
    assert 12 <= len(written.rules) <= 16
    assert all(len(rule.description.split()) >= 4 for rule in written.rules)


@pytest.mark.parametrize("lang", LANGUAGES[1:])
@pytest.mark.parametrize("name", SETS)
def test_types_are_in_their_language(name: str, lang: str) -> None:
    english = {rule.type for rule in ReadyMadeSet(name, "en").rules_file.rules}
    # "Testament" is German and French.
    own = {rule.type for rule in ReadyMadeSet(name, lang).rules_file.rules}

    assert not english & own


def test_an_existing_file_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("mine")

    done = init("hr", "--output", str(path))

    assert isinstance(done.exception, StartupError)
    assert "exists and was not changed" in str(done.exception)
    assert path.read_text() == "mine"


def test_the_sets_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    lines = init().output.splitlines()
    listed = json.loads(init("--lang", "fr", "--json").output)["items"]

    assert [line.split("\t")[0] for line in lines] == ["set", *SETS]
    assert "bulletin_de_paie" in listed[1]["types"]
    assert not list(tmp_path.iterdir())
