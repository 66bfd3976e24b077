"""Finding words in the pages, section by section."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.help.pages import Page, Site, prose_lines
from app.help.rendering import anchor_of, plain

MAX_QUERY = 100
MAX_FOUND = 30
SNIPPET_CHARACTERS = 160
TITLE_WEIGHT = 10


@dataclass(frozen=True, slots=True)
class Found:
    """A section that has all words of a query."""

    page: Page
    heading: str
    anchor: str
    snippet: str
    score: int


def search(site: Site, query: str) -> Sequence[Found]:
    """Return the sections that have all words of a query, the best first, 30 at most."""
    words = query[:MAX_QUERY].lower().split()
    if not words:
        return []
    found = [
        each for page in site.pages.values() for each in _search_page(page, words) if each.score
    ]
    found.sort(key=lambda each: (-each.score, each.page.address))
    return found[:MAX_FOUND]


def _search_page(page: Page, words: Sequence[str]) -> Iterator[Found]:
    for heading, body in _sections(page):
        headline, text = f"{page.title} {heading}".lower(), body.lower()
        counts = [text.count(word) + TITLE_WEIGHT * headline.count(word) for word in words]
        # A section that has a word in its title only is found by the others.
        is_hit = all(counts) and any(word in text or word in heading.lower() for word in words)
        score = sum(min(count, 2 * TITLE_WEIGHT) for count in counts) if is_hit else 0
        yield Found(page, heading, anchor_of(heading), _snippet(body, words), score)


def _sections(page: Page) -> Iterator[tuple[str, str]]:
    """Return the heading and the text of each section, code included."""
    heading, body = page.title, list[str]()
    for line, prose in zip(page.text.split("\n"), prose_lines(page.text), strict=True):
        title = re.fullmatch(r"#{1,6} (.+)", prose)
        if title is None:
            body.append(line)
            continue
        if any(body):
            yield heading, "\n".join(body)
        heading, body = plain(title[1]), []
    if any(body):
        yield heading, "\n".join(body)


def _snippet(body: str, words: Sequence[str]) -> str:
    """Return the first line that has one of the words, cut around it."""
    for line in map(plain, body.splitlines()):
        places = [place for word in words if (place := line.lower().find(word)) >= 0]
        if places:
            start = max(0, min(places) - SNIPPET_CHARACTERS // 3)
            end = start + SNIPPET_CHARACTERS
            return ("… " if start else "") + line[start:end] + (" …" if end < len(line) else "")
    return ""
