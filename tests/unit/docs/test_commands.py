"""The examples of `pigeonhole read` print what the page shows."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import commands

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "how-to" / "see-what-is-read.md").read_text(encoding="utf-8")
BLOCKS = "".join(re.findall(r"```console\n(.+?)```", PAGE, re.DOTALL))
EXAMPLES = re.findall(r"^\$ pigeonhole (.+)\n((?:[^$\n].*\n|\n)+)", BLOCKS, re.MULTILINE)


@pytest.mark.parametrize(("command", "shown"), EXAMPLES)
def test_each_example_prints_what_is_shown(
    monkeypatch: pytest.MonkeyPatch, command: str, shown: str
) -> None:
    monkeypatch.chdir(ROOT)

    printed = CliRunner().invoke(commands, command.split()).output

    start, dots, _ = shown.partition("...")
    assert printed.startswith(start)
    assert bool(dots) or printed.strip() == shown.strip()


def test_every_command_of_the_page_is_tried() -> None:
    assert len(EXAMPLES) == PAGE.count("\n$ ") == 4
