"""Markdown becomes HTML whose links fit the site."""

from pathlib import Path

from app.help.pages import Site, read_site
from app.help.rendering import Heading, render_article, render_page


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


def test_without_pages_there_is_no_navigation(tmp_path: Path) -> None:
    assert read_site(tmp_path) == Site({}, {}, [])
