"""The guide for developers names the folders of tests as they are."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_every_folder_of_tests_is_listed_and_no_other() -> None:
    page = (ROOT / "docs" / "how-to" / "develop.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `tests/(\w+)` \|", page, re.MULTILINE))
    folders = [path for path in (ROOT / "tests").iterdir() if path.is_dir()]
    there = {path.name for path in folders if next(path.rglob("test_*.py"), None)}

    assert listed == there
