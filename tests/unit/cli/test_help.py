"""The help of every verb: whole sentences, an example, JSON with a described shape."""

import shlex
from dataclasses import fields

import click
import pytest
from click.testing import CliRunner
from pydantic import TypeAdapter

from cli.main import commands
from cli.tables import JsonOption
from docs.command_line import DESCRIBED_ELSEWHERE, PAGE, examples, find_verbs

VERBS = find_verbs()
GROUPS = sorted({name.partition(" ")[0] for name, _ in VERBS if " " in name})
# Verbs that print a list or a record for people.
PRINTING = frozenset(
    "list languages check status show watch cancel lint test init".split()  # noqa: SIM905
)


@pytest.mark.parametrize("group", ["", *GROUPS])
def test_no_help_is_cut_at_80_columns(group: str) -> None:
    arguments = [group, "--help"] if group else ["--help"]
    shown = CliRunner().invoke(commands, arguments, terminal_width=80).output

    assert "Commands:" in shown
    assert "..." not in shown.partition("Commands:")[2]
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize(("name", "command"), VERBS, ids=[name for name, _ in VERBS])
def test_each_verb_has_examples_of_itself(name: str, command: click.Command) -> None:
    found = examples(command)

    assert found
    assert all(example.startswith(f"pigeonhole {name}") for example in found)
    assert all(len(example) <= 78 for example in found)


@pytest.mark.parametrize("example", [each for _, command in VERBS for each in examples(command)])
def test_each_example_has_valid_arguments(example: str) -> None:
    fake = "01890000-0000-7000-8000-000000000000"
    arguments = [fake if word.endswith("_ID") else word for word in shlex.split(example)[1:]]
    command: click.Command = commands
    context = click.Context(commands)
    while isinstance(command, click.Group):
        child = command.get_command(context, arguments.pop(0))
        assert child is not None
        command = child

    parsed = command.make_context("example", list(arguments), resilient_parsing=True)

    assert set(parsed.params) == {each.name for each in command.params if each.name != "help"}
    assert not parsed.args


@pytest.mark.parametrize(("name", "command"), VERBS, ids=[name for name, _ in VERBS])
def test_verbs_that_print_data_describe_their_json(name: str, command: click.Command) -> None:
    option = next((each for each in command.params if "--json" in each.opts), None)

    if name.rpartition(" ")[2] in PRINTING:
        assert option is not None
    if isinstance(option, JsonOption):
        schema = TypeAdapter(option.shape).json_schema()
        assert {each.name for each in fields(option.shape)} == set(schema["properties"])
        assert (option.shape.__doc__ or "").strip().endswith(".")
    elif option is not None:
        assert name in DESCRIBED_ELSEWHERE or name in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [(["sevre"], "serve"), (["keys", "lsit"], "list"), (["rules", "lnt"], "lint")],
)
def test_a_mistyped_verb_gets_a_suggestion(typed: list[str], meant: str) -> None:
    done = CliRunner().invoke(commands, typed)

    assert done.exit_code == 2
    assert f"Did you mean '{meant}'?" in done.output


def test_completion_offers_verbs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMP_WORDS", "pigeonhole ru")
    monkeypatch.setenv("COMP_CWORD", "1")
    monkeypatch.setenv("_PIGEONHOLE_COMPLETE", "bash_complete")

    done = CliRunner().invoke(commands, [], prog_name="pigeonhole")

    assert done.output == "plain,rules\n"
