"""The commands that are not run here name what exists: files, verbs, options, settings."""

import json
import re
import shlex
import tomllib
from itertools import pairwise
from pathlib import Path

import click
import pytest
import yaml

from app.settings import PREFIX, Settings
from cli.main import commands
from tests.e2e.documented.elsewhere import NOT_RUN, PAGES_RUN_BY, RUN_BY, is_listed, normalise
from tests.e2e.documented.pages import ROOT, find_blocks, find_commands, find_pages

EVERY = [command for page in find_pages() for command in find_commands(page)]
TEXTS = sorted({command.text for command in EVERY})
LISTED = sorted({command.text for command in EVERY if is_listed(command)})
PLACES = ("deploy/", "samples/", "requirements/", "docs/", "tests/")
VERB = re.compile(r"^([a-z][a-z-]*):(?!=)", re.MULTILINE)
# Variables of the commands that are no settings.
VARIABLES = {"PIGEONHOLE_URL", "PIGEONHOLE_WAIT_SECONDS", "PIGEONHOLE_MIN_CONFIDENCE"}
VARIABLES |= {"PIGEONHOLE_RULES", "PIGEONHOLE_LISTEN", "PIGEONHOLE_WORKER_MEMORY"}


@pytest.mark.parametrize("pattern", [*RUN_BY, *NOT_RUN])
def test_each_entry_is_about_a_command(pattern: str) -> None:
    assert [text for text in TEXTS if re.match(pattern, normalise(text))]


@pytest.mark.parametrize(
    "path",
    sorted(
        {
            *PAGES_RUN_BY,
            *PAGES_RUN_BY.values(),
            *RUN_BY.values(),
            *(path for _, path in NOT_RUN.values()),
        }
    ),
)
def test_what_runs_or_checks_them_exists(path: str) -> None:
    assert (ROOT / path).is_file()


@pytest.mark.parametrize("text", TEXTS)
def test_each_command_names_files_and_verbs_that_exist(text: str) -> None:
    words = shlex.split(text, comments=True)
    paths = [word for word in words if word.startswith(PLACES)]
    assert [path for path in paths if not (ROOT / path).exists()] == []
    if words[0] == "make":
        assert words[1] in VERB.findall((ROOT / "Makefile").read_text())
    for flag, module in pairwise(words):
        if flag == "-m" and words[0].endswith("python"):
            place = ROOT / module.replace(".", "/")
            assert place.with_suffix(".py").is_file() or (place / "__main__.py").is_file()


@pytest.mark.parametrize("text", [text for text in LISTED if "pigeonhole " in text])
def test_verbs_that_are_not_run_take_these_options(text: str) -> None:
    plain = text.replace("$(", "; ").replace(")", " ").replace("&", ";")
    for words in re.findall(r"(?:^|[ /])pigeonhole ([a-z][^;|#>]*)", plain):
        command, rest = find_verb(shlex.split(words))
        if command is not commands:  # otherwise it is the name of a host, a user or a namespace
            assert find_refusal(command, rest) == ""


def find_verb(words: list[str]) -> tuple[click.Command, list[str]]:
    """Return the verb that words name, and the words after it."""
    command: click.Command = commands
    rest = list(words)
    while isinstance(command, click.Group) and rest:
        if rest[0].startswith("--data-dir"):  # groups take this option
            rest = rest[2:]
        found = command.get_command(click.Context(command), rest[0])
        if found is None:
            break
        command, rest = found, rest[1:]
    return command, rest


def find_refusal(command: click.Command, words: list[str]) -> str:
    """Return why a verb does not take these words; paths and ids are only those of readers."""
    try:
        command.make_context(command.name, words, parent=click.Context(commands))
    # --help; only a part of the command is shown; a group of verbs is named
    except (
        click.exceptions.Exit,
        click.MissingParameter,
        click.exceptions.NoArgsIsHelpError,
    ):
        return ""
    except click.BadParameter as refused:
        message = refused.format_message()
        return "" if "does not exist" in message or "UUID" in message else message
    return ""


PAGES = pytest.mark.parametrize("page", find_pages(), ids=lambda page: str(page.relative_to(ROOT)))


@PAGES
def test_commands_within_sentences_exist(page: Path) -> None:
    spans = re.findall(r"`(?:\.venv/bin/)?((?:pigeonhole|make) [^`]+)`", page.read_text())
    for program, *words in map(shlex.split, spans):
        if program == "make":
            verbs = [word for word in words if re.fullmatch(r"[a-z-]+", word)]
            assert set(verbs) <= set(VERB.findall((ROOT / "Makefile").read_text())), words
        else:
            command, rest = find_verb(words)
            assert command is not commands or words == ["--version"]
            assert find_refusal(command, rest) == "", words


@pytest.mark.parametrize("text", [text for text in LISTED if text.startswith("docker compose")])
def test_services_of_compose_exist(text: str) -> None:
    services = set(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"])
    words = shlex.split(text.split(">", maxsplit=1)[0].split("|", maxsplit=1)[0], comments=True)[2:]
    profiles = [words[1]] if words[0] == "--profile" else []
    verb, *rest = [word for word in words if word not in {"--profile", *profiles}]
    assert verb in {"up", "logs", "exec", "stop", "cp"}
    named = [word.split(":")[0].split("=")[0] for word in rest if not word.startswith((".", "-"))]
    if verb in {"exec", "cp"}:
        named = named[:1]
    assert set(named) <= services


def test_what_pip_installs_is_in_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    for text in LISTED:
        if text.startswith("pip install"):
            (what,) = shlex.split(text, comments=True)[2:]
            extra = re.fullmatch(r"\.\[(\w+)\]", what)
            assert extra[1] in extras if extra else what in extras["demo"]


@PAGES
def test_every_variable_is_a_setting(page: Path) -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | VARIABLES
    named = set(re.findall(rf"\b{PREFIX}[A-Z0-9_]*[A-Z0-9]\b(?![_*<])", page.read_text()))
    # Some sentences are about all settings with the same beginning.
    unknown = {name for name in named - known if not any(k.startswith(f"{name}_") for k in known)}
    assert unknown == set()


@PAGES
def test_json_and_yaml_of_the_pages_can_be_read(page: Path) -> None:
    for block in find_blocks(page, "json"):
        assert json.loads(block)
    for block in find_blocks(page, "yaml"):
        assert yaml.safe_load(block)
