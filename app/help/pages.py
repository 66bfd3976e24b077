"""The pages of the documentation: their places, titles and order."""

import posixpath
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

CHECKOUT = Path(__file__).parents[2]
# Where the wheel puts them: `shared-data` in pyproject.toml.
INSTALLED = Path(sys.prefix) / "share" / "doc" / "pigeonhole"

INDEX = "index.html"
CONTENTS = "docs/README.md"
# Pages outside of docs/, and the address of the contents.
ADDRESSES = {
    CONTENTS: INDEX,
    "README.md": "overview.html",
    "CHANGELOG.md": "changes.html",
    "samples/README.md": "samples.html",
}
FILE_TYPES = (".png", ".json")

FENCE = "```"


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its path below the root of the sources, and its address below /help."""

    source: str
    address: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """Pages that stand together in the navigation."""

    title: str
    pages: Sequence[Page]


@dataclass(frozen=True, slots=True)
class Site:
    """All pages by address, the files that they link to, and the navigation."""

    pages: Mapping[str, Page]
    files: Mapping[str, Path]
    groups: Sequence[Group]

    def address_of(self, source: str) -> str | None:
        """Return the address of a page or file of the sources, None if it is not served."""
        address = address_of(source)
        return address if address in self.pages or address in self.files else None


def address_of(source: str) -> str:
    """Return the address that a page or a file has if it is served."""
    if source in ADDRESSES:
        return ADDRESSES[source]
    path = PurePosixPath(source.removeprefix("docs/"))
    return str(path.with_suffix(".html") if path.suffix == ".md" else path)


@cache
def load_site() -> Site:
    """Read all pages; there are none where the documentation is not installed."""
    return read_site(CHECKOUT if (CHECKOUT / CONTENTS).is_file() else INSTALLED)


def read_site(root: Path) -> Site:
    """Read the pages below a folder."""
    sources = [*ADDRESSES, *(str(path.relative_to(root)) for path in root.glob("docs/**/*.md"))]
    pages = {}
    for source in sorted(set(sources)):
        if (root / source).is_file():
            page = _read_page(root, source)
            pages[page.address] = page
    files = {
        address_of(str(path.relative_to(root))): path
        for path in sorted(root.glob("docs/*/*"))
        if path.suffix in FILE_TYPES
    }
    return Site(pages, files, _read_groups(pages))


def prose_lines(text: str) -> list[str]:
    """Return the lines of a Markdown text, those of code blocks empty."""
    lines, is_code = [], False
    for line in text.split("\n"):
        is_fence = line.lstrip().startswith(FENCE)
        lines.append("" if is_code or is_fence else line)
        is_code ^= is_fence
    return lines


def _read_page(root: Path, source: str) -> Page:
    text = (root / source).read_text(encoding="utf-8")
    heading = re.search(r"^# (.+)$", text, re.MULTILINE)
    return Page(source, address_of(source), heading[1] if heading else source, text)


def _read_groups(pages: Mapping[str, Page]) -> list[Group]:
    """Return the headings of the contents, with the pages that are linked below each."""
    if INDEX not in pages:
        return []
    groups = []
    for part in re.split(r"^## ", pages[INDEX].text, flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        links = re.findall(r"^- \[[^\]]+\]\(([^)#\s]+)\)", body, re.MULTILINE)
        sources = (posixpath.normpath(f"docs/{link}") for link in links)
        listed = [pages[address] for source in sources if (address := address_of(source)) in pages]
        if listed:
            groups.append(Group(title, listed))
    return groups
