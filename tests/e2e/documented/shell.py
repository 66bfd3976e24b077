"""A reader who types the commands of a page, one after the other, in a folder."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from cli.main import commands
from tests.e2e.documented.pages import ROOT

# Without --fail, a refused request would look like a good one.
CURL = 'curl() { command curl --fail --noproxy "*" "$@"; }\n'
WORDS = 'words() { printf "%s\\0" "$@"; }\nwords '


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended, what it printed, and what it complained about."""

    status: int
    output: str
    errors: str


class Shell:
    """Runs commands in the current folder; variables stay, as in a shell.

    `pigeonhole` runs in this process, which spares a second of processor time each.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        python = Path(sys.executable).parent
        self.variables = {
            **kept,
            "PATH": f"{python}:{kept.get('PATH', os.defpath)}",
            "PYTHONPATH": str(ROOT),
            **variables,
        }

    def run(self, command: str) -> Outcome:
        """Run a command to its end."""
        if command.startswith("pigeonhole "):
            return self._run_pigeonhole(command)
        name, equals, _ = command.removeprefix("export ").partition("=")
        if equals and name.isidentifier():
            return self._assign(command)
        return self._bash(CURL + command)

    def _run_pigeonhole(self, command: str) -> Outcome:
        words = self._bash(WORDS + command).output.split("\0")[1:-1]
        done = CliRunner(env=self.variables).invoke(commands, words, input="y\n")
        return Outcome(done.exit_code, done.stdout, f"{done.stderr}{done.exception or ''}")

    def _assign(self, command: str) -> Outcome:
        done = self._bash(f"set -a\n{command}\nenv -0")
        self.variables |= dict(pair.split("=", 1) for pair in done.output.split("\0") if pair)
        return Outcome(done.status, "", done.errors)

    def _bash(self, script: str) -> Outcome:
        done = subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", script],
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)
