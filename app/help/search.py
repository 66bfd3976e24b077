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
class Section:
    """The text below one heading of a page, code included."""

    page: Page
    heading: str
    body: str
    lower_title: str
    lower_body: str

    @property
    def anchor(self) -> str:
        """Where the heading is on its page."""
        return anchor_of(self.heading)

    def score(self, words: Sequence[str]) -> int:
        """Return how well the section fits words in lower case, 0 if one of them is missing.

        The page's title alone is not a hit: all of its sections would be found.
        """
        counts = [
            self.lower_body.count(word) + TITLE_WEIGHT * self.lower_title.count(word)
            for word in words
        ]
        heading = self.heading.lower()
        is_hit = all(counts) and any(word in self.lower_body or word in heading for word in words)
        return sum(min(count, 2 * TITLE_WEIGHT) for count in counts) if is_hit else 0


@dataclass(frozen=True, slots=True)
class Found:
    """A section that has all words of a query, and the line that shows it."""

    section: Section
    snippet: str


class Index:
    """The sections of all pages, for any number of queries."""

    def __init__(self, site: Site) -> None:
        self._sections = [section for page in site.pages.values() for section in _split(page)]

    def search(self, query: str) -> Sequence[Found]:
        """Return the sections that have all words of a query, the best first, 30 at most."""
        words = query[:MAX_QUERY].lower().split()
        if not words:
            return []
        scores = [(section.score(words), section) for section in self._sections]
        best = sorted(
            (each for each in scores if each[0]), key=lambda each: (-each[0], each[1].page.address)
        )
        return [Found(section, _snippet(section.body, words)) for _, section in best[:MAX_FOUND]]


def _split(page: Page) -> Iterator[Section]:
    """Yield the sections of a page that have any text."""
    heading, body = page.title, list[str]()
    lines = zip(page.text.split("\n"), prose_lines(page.text), strict=True)
    for line, prose in (*lines, ("", "# The end")):
        title = re.fullmatch(r"#{1,6} (.+)", prose)
        if title is None:
            body.append(line)
            continue
        if any(body):
            text = "\n".join(body)
            yield Section(page, heading, text, f"{page.title} {heading}".lower(), text.lower())
        heading, body = plain(title[1]), []


def _snippet(body: str, words: Sequence[str]) -> str:
    """Return the first line that has one of the words, cut around it."""
    for line in map(plain, body.splitlines()):
        places = [place for word in words if (place := line.lower().find(word)) >= 0]
        if places:
            start = max(0, min(places) - SNIPPET_CHARACTERS // 3)
            end = start + SNIPPET_CHARACTERS
            return ("… " if start else "") + line[start:end] + (" …" if end < len(line) else "")
    return ""
