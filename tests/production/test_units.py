"""The units for systemd: it accepts them, and they start what the command accepts."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import PREFIX, Settings
from cli.main import commands

FOLDER = Path(__file__).parents[2] / "deploy" / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))
SERVERS = [unit for unit in UNITS if unit.stem != "pigeonhole-sort"]
KNOWN = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


def values(unit: Path, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", unit.read_text(), re.MULTILINE)


def test_systemd_accepts_them(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("pigeonhole")
    for unit in UNITS:
        text = unit.read_text()
        assert "/opt/pigeonhole/bin/pigeonhole" in text
        # It wants to see the program.
        (tmp_path / unit.name).write_text(
            text.replace("/opt/pigeonhole/bin/pigeonhole", str(program))
        )
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *tmp_path.iterdir()],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in verified.stderr.splitlines() if "pigeonhole" in line]

    assert (verified.returncode, ours) == (0, []), verified.stderr


def test_systemd_refuses_a_line_that_it_does_not_know(tmp_path: Path) -> None:
    unit = tmp_path / "pigeonhole.service"
    shutil.copy(FOLDER / unit.name, unit)
    unit.write_text(unit.read_text().replace("Restart=always", "Restart=allways"))
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False
    )
    assert "allways" in verified.stderr


@pytest.mark.parametrize("unit", SERVERS, ids=lambda unit: unit.stem)
def test_each_starts_a_verb_with_settings_that_exist(unit: Path) -> None:
    (started,) = values(unit, "ExecStart")
    verb = started.removeprefix("/opt/pigeonhole/bin/pigeonhole ")
    set_here = {each.partition("=")[0] for each in values(unit, "Environment")}

    assert verb in ("serve", "worker", "migrate")
    assert verb in commands.list_commands(commands.make_context("pigeonhole", [verb]))
    assert set_here <= KNOWN
    assert values(unit, "User") == ["pigeonhole"]
    assert values(unit, "StateDirectory") == ["pigeonhole"]
    assert values(unit, "EnvironmentFile") == ["/etc/pigeonhole/pigeonhole.env"]
    # A service waits longer for the files in work than the program does.
    waited = values(unit, "TimeoutStopSec") or ["infinity"]
    assert waited == ["infinity"] or int(waited[0]) > Settings().drain_seconds


def test_the_environment_has_settings_that_exist_and_no_secret() -> None:
    text = (FOLDER / "pigeonhole.env").read_text()
    lines = dict(re.findall(r"^#?(PIGEONHOLE_\w+)=(.*)$", text, re.MULTILINE))

    assert set(lines) <= KNOWN
    assert lines["PIGEONHOLE_SECRET_KEY"] == ""
