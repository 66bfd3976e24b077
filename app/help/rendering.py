"""Markdown as HTML: links between pages, anchors of headings, and nothing that runs.

markdown-it-py and Jinja2 are imported at the first visit: until then they take no memory.
"""

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from itertools import pairwise
from typing import TYPE_CHECKING

from app.help.pages import Page, Site

if TYPE_CHECKING:
    from jinja2 import Environment
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the second level, for the list of what is on a page."""

    title: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Article:
    """The body of a page."""

    html: str
    headings: Sequence[Heading]


def render_article(site: Site, page: Page) -> Article:
    """Return the body of a page, with links to the other pages.

    A link to a file of the sources that is not served becomes text with the path as its title.
    """
    parser = _parser()
    tokens = parser.parse(page.text)
    headings = list(_add_anchors(tokens))
    for token in tokens:
        _resolve_links(site, page, token.children or [])
        if token.type == "table_open":
            token.attrSet("tabindex", "0")
    html = parser.renderer.render(tokens, parser.options, {})
    # What can be scrolled is reached by the keyboard. In texts, the brackets are escaped.
    return Article(html.replace("<pre>", '<pre tabindex="0">'), headings)


def render_page(site: Site, page: Page, article: Article, *, server: str | None = None) -> str:
    """Return a whole page. `server` is the path of the server, None for files without one."""
    return render_template("article.html", site, page, article=article, server=server, query="")


def render_template(template: str, site: Site, page: Page, **values: object) -> str:
    """Return a page made by a template; its links lead from the address of `page`."""
    depth = page.address.count("/")
    return (
        _environment()
        .get_template(template)
        .render(
            site=site,
            page=page,
            up="../" * depth,
            version=version("pigeonhole-server"),
            **values,
        )
    )


def anchor_of(heading: str) -> str:
    """Return the anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-")


def plain(text: str) -> str:
    """Return Markdown of one line without links, code marks and emphasis."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"[`*]|^[-|#]+ ?|\|$", "", text).strip()


def _add_anchors(tokens: "Sequence[Token]") -> Iterator[Heading]:
    """Give each heading an anchor; return those of the second level."""
    used: dict[str, int] = {}
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        title = plain(inline.content)
        anchor = anchor_of(title)
        count = used.get(anchor, 0)
        used[anchor] = count + 1
        if count:
            anchor = f"{anchor}-{count}"
        opening.attrSet("id", anchor)
        if opening.tag == "h2":
            yield Heading(title, anchor)


def _resolve_links(site: Site, page: Page, tokens: "Sequence[Token]") -> None:
    """Make links and pictures lead from this page to where the site has them."""
    is_dead = False
    for token in tokens:
        name = {"link_open": "href", "image": "src"}.get(token.type)
        if name is not None:
            given = str(token.attrGet(name))
            target = _resolve(site, page, given)
            is_dead = target is None
            if target is None:
                token.tag = "span"
                token.attrs = {"class": "source", "title": given}
            else:
                token.attrSet(name, target)
        elif token.type == "link_close" and is_dead:
            token.tag = "span"
            is_dead = False


def _resolve(site: Site, page: Page, link: str) -> str | None:
    if "://" in link or link.startswith("#"):
        return link
    path, hash_, anchor = link.partition("#")
    source = posixpath.normpath(posixpath.join(posixpath.dirname(page.source), path))
    address = site.address_of(source)
    if address is None:
        return None
    start = posixpath.dirname(page.address) or "."
    return posixpath.relpath(address, start) + hash_ + anchor


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415  # see above

    # Pages are ours, but HTML in them would be a mistake: it is shown as text.
    return MarkdownIt("commonmark", {"html": False}).enable("table")


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415  # see above

    return Environment(
        loader=PackageLoader("app.help"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
