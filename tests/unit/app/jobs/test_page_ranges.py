"""Pages as text, counted from 1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.jobs.page_ranges import MAX_PAGE_NUMBER, MAX_PAGES, format_ranges, parse_ranges


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("1", (0,)),
        ("1,3-5", (0, 2, 3, 4)),
        (" 7 , 2 - 3 ", (1, 2, 6)),
        ("3,1-3,2", (0, 1, 2)),
        ("4-4", (3,)),
        (f"{MAX_PAGE_NUMBER}", (MAX_PAGE_NUMBER - 1,)),
    ],
)
def test_parse(text: str, pages: tuple[int, ...]) -> None:
    assert parse_ranges(text) == pages


@pytest.mark.parametrize(
    ("text", "sentence"),
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
        (f"1-{MAX_PAGES + 1}", "Name at most"),
        (f"1-{MAX_PAGES},1", "Name at most"),
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
