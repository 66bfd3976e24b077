"""Which pages of a document are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import FileError, FileErrorCode
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
def test_a_selection_chooses_pages_up_to_the_cap(
    selection: PageSelection, total: int, pages: tuple[int, ...]
) -> None:
    assert selection.choose(total, CAP) == pages


@pytest.mark.parametrize(("total", "sentence"), [(1, "1 page"), (4, "4 pages")])
def test_none_of_the_target_pages_exists(total: int, sentence: str) -> None:
    with pytest.raises(FileError, match=sentence) as failure:
        PageSelection(5, (7, 99)).choose(total, CAP)

    assert failure.value.code == FileErrorCode.NO_SUCH_PAGES


@pytest.mark.parametrize(
    ("selection", "total", "is_cut"),
    [
        (PageSelection(None), CAP + 1, True),
        (PageSelection(None), CAP, False),
        (PageSelection(5), 1000, False),
        (PageSelection(5, tuple(range(600))), 1000, True),
        (PageSelection(5, tuple(range(600))), 100, False),
    ],
)
def test_the_cap_is_told_apart_from_the_request(
    selection: PageSelection, total: int, *, is_cut: bool
) -> None:
    assert selection.is_cut_by(total, CAP) is is_cut


@given(
    st.none() | st.integers(0, 2000),
    st.none() | st.lists(st.integers(0, 2000), min_size=1).map(tuple),
    st.integers(1, 2000),
    st.integers(1, 600),
)
def test_chosen_pages_exist_ascend_and_respect_the_cap(
    max_pages: int | None, target: tuple[int, ...] | None, total: int, cap: int
) -> None:
    selection = PageSelection(max_pages, target)
    try:
        pages = selection.choose(total, cap)
    except FileError:
        assert target is not None
        assert all(page >= total for page in target)
        return
    assert 0 < len(pages) <= cap
    assert list(pages) == sorted(set(pages))
    assert all(page < total for page in pages)
    assert (len(pages) == cap) or not selection.is_cut_by(total, cap)


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
def test_ranges_are_parsed(text: str, pages: tuple[int, ...]) -> None:
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
        (f"1-{MAX_NAMED_PAGES + 1}", "Name at most"),
        (f"1-{MAX_NAMED_PAGES},1", "Name at most"),
        ("1-999999999", "A page number is at most"),
    ],
)
def test_a_wrong_range_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_ranges(text)


@given(st.sets(st.integers(0, 3000), min_size=1))
def test_what_is_written_is_read(pages: set[int]) -> None:
    assert parse_ranges(format_ranges(sorted(pages))) == tuple(sorted(pages))


@pytest.mark.parametrize("text", ["1", "1,3-5", "2-10000"])
def test_the_usual_form_stays_as_it_is(text: str) -> None:
    assert format_ranges(parse_ranges(text)) == text
