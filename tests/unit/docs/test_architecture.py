"""The map of the code names paths that exist, and every package of the program."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
# The first column of the tree, and everything in backticks that has a slash.
TREE = set(re.findall(r"^([a-z][\w/]*/) +\S", TEXT, re.MULTILINE))
PATHS = TREE | set(re.findall(r"`([a-z][\w./-]*/[\w./-]*)`", TEXT))


def test_every_path_exists() -> None:
    assert len(TREE) > 30
    assert sorted(path for path in PATHS if not (ROOT / path).exists()) == []


def test_every_package_of_the_program_has_a_line() -> None:
    packages = {
        f"{init.parent.relative_to(ROOT)}/"
        for top in ("app", "worker", "cli")
        for init in (ROOT / top).rglob("__init__.py")
    }
    assert sorted(packages - TREE) == []
