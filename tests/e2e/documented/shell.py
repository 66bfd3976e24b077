"""A reader who types the commands of a page, one after the other, in a folder."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner

from cli.main import commands
from tests.e2e.documented.pages import ROOT

# Without it, a refused request would look like a good one.
CURL = 'curl() { command curl --fail --noproxy "*" "$@"; }\n'


class Shell:
    """Runs commands in the current folder; variables stay, as in a shell.

    `pigeonhole` runs in this process, which spares a second of processor time each.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        python = Path(sys.executable).parent
        self.output = ""
        self.variables = {
            **kept,
            "PATH": f"{python}:{kept.get('PATH', os.defpath)}",
            "PYTHONPATH": str(ROOT),
            **variables,
        }

    def fails(self, command: str) -> bool:
        """Tell whether a command fails; keep what it printed in `output`."""
        try:
            self.output = self.run(command)
        except AssertionError as error:
            self.output = str(error)
            return True
        return False

    def run(self, command: str) -> str:
        """Run a command and return what it printed; raises AssertionError if it fails."""
        if command.startswith("pigeonhole "):
            return self._run_pigeonhole(command)
        if _is_assignment(command):
            self._assign(command)
            return ""
        return self._bash(CURL + command)

    def _run_pigeonhole(self, command: str) -> str:
        words = self._bash('words() { printf "%s\\0" "$@"; }\nwords ' + command).split("\0")[1:-1]
        done = CliRunner(env=self.variables).invoke(commands, words, input="y\n")
        assert done.exit_code == 0, (command, done.output, done.exception)
        return done.stdout

    def _assign(self, command: str) -> None:
        shown = self._bash(f"set -a\n{command}\nenv -0")
        self.variables |= dict(pair.split("=", 1) for pair in shown.split("\0") if "=" in pair)

    def _bash(self, script: str) -> str:
        done = subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", script],
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (script, done.stdout, done.stderr)
        return done.stdout


def _is_assignment(command: str) -> bool:
    return command.removeprefix("export ").split("=")[0].isidentifier() and "=" in command
