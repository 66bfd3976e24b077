"""Which pages of a document are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.jobs.pages import (
    MAX_NAMED_PAGES,
    MAX_PAGE_NUMBER,
    PageSelection,
    format_ranges,
    parse_ranges,
)

CAP = 500


@pytest.mark.parametrize(
    ("selection", "total", "pages"),
    [
        (PageSelection(), 3, (0, 1, 2)),
        (PageSelection(), 10, (0, 1, 2, 3, 4)),
        (PageSelection(2), 10, (0, 1)),
        (PageSelection(None), 7, tuple(range(7))),
        (PageSelection(0), 7, tuple(range(7))),
        (PageSelection(None), 1000, tuple(range(CAP))),
        (PageSelection(5, (3,)), 10, (3,)),
        (PageSelection(1, (8, 2, 2, 8)), 10, (2, 8)),
        (PageSelection(5, (0, 99)), 10, (0,)),
        (PageSelection(5, (99,)), 0, ()),
        (PageSelection(5), 0, ()),
    ],
)
def test_choose(selection: PageSelection, total: int, pages: tuple[int, ...]) -> None:
    assert selection.choose(total, CAP) == pages


@pytest.mark.parametrize(
    ("total", "sentence"),
    [
        ("", "page numbers and ranges"),
        ("1,", "page numbers and ranges"),
        ("-3", "page numbers and ranges"),
        ("3-", "page numbers and ranges"),
        ("1-2-3", "page numbers and ranges"),
        ("one", "page numbers and ranges"),
        ("\u0663", "page numbers and ranges"),
        ("1.5", "page numbers and ranges"),
        ("9" * 5000, "page numbers and ranges"),
        ("0", "counted from 1"),
        ("0-3", "counted from 1"),
        ("5-3", "goes backwards"),
        (f"{MAX_PAGE_NUMBER + 1}", "A page number is at most"),
        (f"1-{MAX_NAMED_PAGES + 1}", "Name at most"),
        (f"1-{MAX_NAMED_PAGES},1", "Name at most"),
        ("1-999999999", "A page number is at most"),
    ],
)
def test_refuse(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_ranges(text)


@given(st.sets(st.integers(0, 3000), min_size=1))
def test_what_is_written_is_read(pages: set[int]) -> None:
    assert parse_ranges(format_ranges(sorted(pages))) == tuple(sorted(pages))


@pytest.mark.parametrize("text", ["1", "1,3-5", "2-10000"])
def test_the_usual_form_stays_as_it_is(text: str) -> None:
    assert format_ranges(parse_ranges(text)) == text
