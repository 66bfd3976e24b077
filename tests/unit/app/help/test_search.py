"""A search finds sections that have all of its words."""

import pytest

from app.help.pages import Site
from app.help.search import Index


def places(site: Site, query: str) -> list[str]:
    found = Index(site).search(query)
    return [f"{each.section.page.address}#{each.section.anchor}" for each in found]


def test_all_words_are_in_the_section(site: Site) -> None:
    assert places(site, "PELICAN fish") == ["how-to/second.html#usage"]
    (found,) = Index(site).search("pelican fish")
    assert found.section.heading == "Usage"
    assert found.snippet == "Feed the pelican with fish and bread | often."


def test_titles_count_more_and_are_no_hit_alone(site: Site) -> None:
    assert places(site, "second pelican") == [
        "how-to/second.html#second",
        "how-to/second.html#usage",
    ]
    assert places(site, "nothing more second") == ["how-to/second.html#usage"]
    assert places(site, "usage")[0] == "first.html#usage"


@pytest.mark.parametrize("query", ["", "  ", "pelican walrus", "x" * 5000])
def test_nothing_is_found(site: Site, query: str) -> None:
    assert places(site, query) == []
