"""Which pages of a document are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import FileError, FileErrorCode
from app.jobs.pages import PageSelection

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
