"""Parts of requirements/install.sh that need no network: what is there is not installed again."""

import shutil
import subprocess
from pathlib import Path

import pytest

RUNTIME = ["requirements/runtime.txt", "requirements/build.txt", "project"]
CLIENT = ["requirements/runtime.txt", "requirements/sdk-2.15.0.txt", "project"]
DEVELOPERS = ["requirements/dev.txt", "project"]
EMBEDDERS = "worker/classification/embedders"
STATES = {
    "project": f"requirements/install.sh pyproject.toml {EMBEDDERS}/*/*.py",
    "requirements/runtime.txt": f"requirements/runtime.txt {EMBEDDERS}/*/*.py",
}


@pytest.fixture
def checkout(root: Path, tmp_path: Path) -> Path:
    """A checkout whose Python installs nothing: it fails and says so."""
    shutil.copytree(root / "requirements", tmp_path / "requirements")
    shutil.copytree(root / EMBEDDERS, tmp_path / EMBEDDERS)
    shutil.copy(root / "pyproject.toml", tmp_path)
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\n[ "$1" = -c ] || exit 9\n')
    python.chmod(0o755)
    return tmp_path


def stamp(checkout: Path, *parts: str) -> None:
    lines = [str(checkout)]
    for part in parts:
        done = subprocess.run(
            f"cat {STATES.get(part, part)} | cksum",
            shell=True,
            cwd=checkout,
            capture_output=True,
            text=True,
            check=True,
        )
        lines.append(f"{part} {done.stdout.strip()}")
    (checkout / ".venv/.installed").write_text("\n".join(lines) + "\n")


def install(checkout: Path, *parts: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["requirements/install.sh", ".venv", *parts],
        cwd=checkout,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("wanted", [RUNTIME, CLIENT, DEVELOPERS])
def test_what_developers_have_is_enough_for_all(checkout: Path, wanted: list[str]):
    stamp(checkout, *DEVELOPERS)
    done = install(checkout, *wanted)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("added", ["requirements/sdk-2.15.0.txt", "requirements/dev.txt"])
def test_only_what_is_missing_is_added(checkout: Path, added: str):
    stamp(checkout, *RUNTIME)
    assert install(checkout, *RUNTIME).returncode == 0
    done = install(checkout, "requirements/runtime.txt", added, "project")
    assert done.returncode != 0
    lines = (checkout / added).read_text().splitlines()
    count = sum(not line.startswith(" ") for line in lines)
    assert done.stderr == f"Installing {count} packages of {added} into .venv (once)\n"


def test_a_changed_lock_is_installed_again(checkout: Path):
    stamp(checkout, *DEVELOPERS)
    with (checkout / "requirements/dev.txt").open("a") as lock:
        lock.write("# changed\n")
    assert "requirements/dev.txt" in install(checkout, *DEVELOPERS).stderr
