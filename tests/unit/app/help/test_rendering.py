"""Markdown becomes HTML whose links fit the site."""

from pathlib import Path

import pytest

from app.help.pages import Site, read_site
from app.help.rendering import Heading, render_article, render_page
from app.help.search import search

CONTENTS = """# Contents

## Start

- [First](first.md): the first page.
- [What it is](../README.md)
- [A part of a page](first.md#usage), not listed twice.

## Nothing here

- [A stranger](https://example.com/page.md)
"""
FIRST = """# The first page

See [the contents](README.md), [a part](#usage), [a part of another](how-to/second.md#usage-1),
[a script](../deploy/run.py), [elsewhere](https://example.com) and <b>no HTML</b>.

![A picture](pictures/one.png)

## Usage

    ## no heading

## Usage

## `Code`, and (signs)!

| a | b |
|---|---|
| 1 | 2 |
"""
SECOND = """# Second

```sh
# no heading either: pelican
```

## Usage

Feed the **pelican** with `fish` and [bread](../first.md) | often.

## Usage

Nothing more.
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    for name, text in {
        "README.md": "# Overview\n\n[Contents](docs/README.md)\n",
        "docs/README.md": CONTENTS,
        "docs/first.md": FIRST,
        "docs/how-to/second.md": SECOND,
        "docs/pictures/one.png": "PNG",
        "docs/generate.py": "",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return read_site(tmp_path)


def html_of(site: Site, address: str) -> str:
    return render_article(site, site.pages[address]).html


def test_pages_and_pictures_have_addresses(site: Site) -> None:
    assert {address: page.title for address, page in site.pages.items()} == {
        "index.html": "Contents",
        "overview.html": "Overview",
        "first.html": "The first page",
        "how-to/second.html": "Second",
    }
    assert set(site.files) == {"pictures/one.png"}


def test_the_navigation_is_that_of_the_contents(site: Site) -> None:
    assert [(group.title, [page.address for page in group.pages]) for group in site.groups] == [
        ("Start", ["first.html", "overview.html"])
    ]


def test_links_fit_the_site(site: Site) -> None:
    html = html_of(site, "first.html")
    assert '<a href="index.html">the contents</a>' in html
    assert '<a href="#usage">a part</a>' in html
    assert '<a href="how-to/second.html#usage-1">a part of another</a>' in html
    assert '<a href="https://example.com">elsewhere</a>' in html
    assert '<img src="pictures/one.png" alt="A picture" />' in html
    assert '<a href="../first.html">bread</a>' in html_of(site, "how-to/second.html")


def test_a_file_that_is_not_served_is_named_and_not_linked(site: Site) -> None:
    html = html_of(site, "first.html")
    assert '<span class="source" title="../deploy/run.py">a script</span>,' in html


def test_html_in_a_page_is_text(site: Site) -> None:
    assert "&lt;b&gt;no HTML&lt;/b&gt;" in html_of(site, "first.html")


def test_headings_have_the_anchors_of_github(site: Site) -> None:
    article = render_article(site, site.pages["first.html"])
    assert article.headings == [
        Heading("Usage", "usage"),
        Heading("Usage", "usage-1"),
        Heading("Code, and (signs)!", "code-and-signs"),
    ]
    assert '<h2 id="usage-1">' in article.html


def test_what_can_be_scrolled_is_reached_by_the_keyboard(site: Site) -> None:
    assert '<table tabindex="0">' in html_of(site, "first.html")
    assert '<pre tabindex="0"><code class="language-sh">' in html_of(site, "how-to/second.html")


def test_a_page_has_its_place_in_the_navigation(site: Site) -> None:
    page = site.pages["first.html"]
    html = render_page(site, page, render_article(site, page))
    assert '<a href="first.html" aria-current="page">The first page</a>' in html
    assert '<a href="#usage-1">Usage</a>' in html
    assert "<form" not in html
    assert 'action="search"' in render_page(site, page, render_article(site, page), server="")


def test_all_words_of_a_query_are_found_in_a_section(site: Site) -> None:
    found = search(site, "PELICAN fish")
    assert [(each.page.address, each.heading, each.anchor) for each in found] == [
        ("how-to/second.html", "Usage", "usage")
    ]
    assert found[0].snippet == "Feed the pelican with fish and bread | often."


def test_words_in_headings_count_more(site: Site) -> None:
    assert [each.anchor for each in search(site, "second pelican")] == ["second", "usage"]
    assert search(site, "usage")[0].anchor == "usage"


@pytest.mark.parametrize("query", ["", "  ", "pelican walrus", "x" * 5000])
def test_nothing_is_found(site: Site, query: str) -> None:
    assert search(site, query) == []


def test_without_pages_there_is_no_navigation(tmp_path: Path) -> None:
    assert read_site(tmp_path) == Site({}, {}, [])
