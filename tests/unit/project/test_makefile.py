import re
import subprocess
from pathlib import Path

import pytest

VERB = re.compile(r"^([a-z][a-z-]*):(?!=)(.*)$", re.MULTILINE)


@pytest.fixture
def makefile(root: Path) -> str:
    return (root / "Makefile").read_text()


def test_every_verb_has_a_line_of_help(makefile: str):
    silent = [name for name, rest in VERB.findall(makefile) if not re.search(r" ## \S", rest)]
    assert silent == []


def test_every_verb_runs_although_a_file_has_its_name(makefile: str):
    phony = re.search(r"^\.PHONY: ((?:.*\\\n)*.*)$", makefile, re.MULTILINE)
    assert phony is not None
    assert set(phony.group(1).replace("\\\n", " ").split()) == {
        name for name, _ in VERB.findall(makefile)
    }


def test_help_is_the_default_and_lists_every_verb(root: Path, makefile: str):
    printed = subprocess.run(
        ["make", "--no-print-directory"], cwd=root, capture_output=True, text=True, check=True
    ).stdout
    listed = re.findall(r"^ +make ([a-z-]+) +\S", printed, re.MULTILINE)
    assert listed == [name for name, _ in VERB.findall(makefile)]


def test_a_benchmark_without_its_documents_asks_for_them(root: Path):
    done = subprocess.run(
        ["make", "--no-print-directory", "--old-file=install-dev", "bench-words", "CORPUS="],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "make bench-words CORPUS=folder\n" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "script",
    [
        ".ci/run",
        "deploy/check-bundle",
        "deploy/check-host",
        "deploy/check-image",
        "deploy/install.sh",
        "requirements/install.sh",
        "requirements/lock.sh",
    ],
)
def test_scripts_can_be_run(root: Path, script: str):
    path = root / script
    assert path.stat().st_mode & 0o111
    shell = path.read_text().splitlines()[0].removeprefix("#!").split()[-1]
    subprocess.run([Path(shell).name, "-n", str(path)], check=True)
