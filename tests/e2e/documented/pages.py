"""The commands that the pages show, read from their code blocks."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
HERE_DOCUMENT = re.compile(r"<<-?'?(\w+)'?")
# Its examples are run by tests/integration/cli/test_examples.py.
GENERATED = ROOT / "docs" / "reference" / "command-line.md"


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a page, with its continued lines, as it is written."""

    page: str
    text: str


def find_pages() -> list[Path]:
    """Return the README and all pages in docs/ that people write."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [page for page in pages if page != GENERATED]


def find_blocks(page: Path, language: str) -> list[str]:
    """Return the code blocks of a page in a language."""
    found = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [body for name, body in found if name == language]


def find_commands(page: Path) -> list[Command]:
    """Return the commands of a page: lines of `sh` blocks, and those after `$` in `console`."""
    name = str(page.relative_to(ROOT))
    lines = [line for block in find_blocks(page, "sh") for line in [*block.splitlines(), ""]]
    for block in find_blocks(page, "console"):
        lines += [line[2:] for line in block.splitlines() if line.startswith("$ ")]
    return [Command(name, text) for text in _join(lines)]


def _join(lines: list[str]) -> Iterator[str]:
    """Yield whole commands: continued lines, open quotes and here-documents end."""
    begun: list[str] = []
    for line in lines:
        begun.append(line)
        text = "\n".join(begun)
        if not is_complete(text):
            continue
        begun = []
        if text.strip() and not text.lstrip().startswith("#"):
            yield text
    assert not begun, f"this command does not end: {begun}"


def is_complete(text: str) -> bool:
    """Tell whether a command needs no further line."""
    here = HERE_DOCUMENT.search(text)
    if here is not None:
        return text.splitlines()[-1] == here[1]
    if text.endswith("\\"):
        return False
    try:
        shlex.split(text, comments=True)
    except ValueError:
        return False
    return True
