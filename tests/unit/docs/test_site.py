"""The documentation as a site: every link leads somewhere, and nothing comes from elsewhere."""

import posixpath
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.help.pages import INDEX, Site, read_site
from app.help.rendering import render_article, render_page
from app.help.routes import static_files
from docs import site as generator

ROOT = Path(__file__).parents[3]
SITE = read_site(ROOT)
ADDRESSES = sorted(SITE.pages)


@dataclass
class Parsed(HTMLParser):
    """What a page links to, loads, and can be linked at."""

    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    unserved: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given["href"])
        elif tag == "link":
            self.loaded.append(given["href"])
        elif "src" in given:
            self.loaded.append(given["src"])
        if given.get("class") == "source":
            self.unserved.append(given["title"])


def render(site: Site, address: str) -> Parsed:
    parsed = Parsed()
    page = site.pages[address]
    parsed.feed(render_page(site, page, render_article(site, page)))
    return parsed


@pytest.fixture(scope="module")
def parsed() -> dict[str, Parsed]:
    return {address: render(SITE, address) for address in ADDRESSES}


def find_broken(address: str, parsed: dict[str, Parsed]) -> Iterator[str]:
    for link in (*parsed[address].links, *parsed[address].loaded):
        parts = urlsplit(link)
        if parts.scheme:
            continue
        target = address
        if parts.path:
            target = posixpath.normpath(posixpath.join(posixpath.dirname(address), parts.path))
        if target not in {*parsed, *SITE.files, *static_files()} or (
            parts.fragment and parts.fragment not in parsed[target].ids
        ):
            yield link


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_link_leads_to_a_page_and_a_heading(address: str, parsed: dict[str, Parsed]) -> None:
    assert list(find_broken(address, parsed)) == []
    assert len(set(parsed[address].ids)) == len(parsed[address].ids)


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_named_but_not_served_is_in_the_sources(
    address: str, parsed: dict[str, Parsed]
) -> None:
    folder = (ROOT / SITE.pages[address].source).parent
    missing = [path for path in parsed[address].unserved if not (folder / path).exists()]
    assert missing == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_is_loaded_from_elsewhere_and_nothing_runs(
    address: str, parsed: dict[str, Parsed]
) -> None:
    page = parsed[address]
    assert [each for each in page.loaded if urlsplit(each).scheme] == []
    assert page.tags.isdisjoint({"script", "style", "iframe", "form"})
    assert {urlsplit(each).scheme for each in page.links} <= {"", "https", "http"}


def test_every_page_is_in_the_navigation() -> None:
    listed = {page.address for group in SITE.groups for page in group.pages}
    assert set(SITE.pages) - listed == {INDEX}


def test_no_page_installs_the_program_by_name_from_an_index() -> None:
    installed = re.compile(r"(pip|uv|pipx) (install|add) \S*pigeonhole")
    assert [page.source for page in SITE.pages.values() if installed.search(page.text)] == []


def test_pages_have_different_titles() -> None:
    titles = [page.title for page in SITE.pages.values()]
    assert len(set(titles)) == len(titles)


def test_an_installed_server_has_every_page() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shared = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    installed = {source for source in shared if shared[source] == f"share/doc/pigeonhole/{source}"}
    sources = [page.source for page in SITE.pages.values()]
    sources += [str(path.relative_to(ROOT)) for path in SITE.files.values()]
    missing = [each for each in sources if not installed & {each, *map(str, Path(each).parents)}]
    assert missing == []


def test_the_static_site_has_every_page_and_file(tmp_path: Path) -> None:
    generator.write_site(tmp_path)
    written = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {*SITE.pages, *SITE.files, *static_files()}
    assert '<a class="brand" href="../index.html">' in (tmp_path / "how-to/ocr.html").read_text()
