from hypothesis import given
from hypothesis import strategies as st

from worker.parsing.readers.pagination import PAGE_CHARACTERS, split_flow


def test_a_short_text_is_one_page():
    assert split_flow("  Hello\n") == ["Hello"]


def test_no_text_is_one_empty_page():
    assert split_flow(" \n\t ") == [""]


def test_cuts_at_the_best_place_in_the_second_half():
    for mark in ("\n\n", "\n", ". ", " "):
        first, second = split_flow("a" * 2000 + mark + "b" * 2000)
        assert first == "a" * 2000 + mark.strip()
        assert second == "b" * 2000


def test_prefers_a_paragraph_to_a_later_line():
    text = "a" * 1600 + "\n\n" + "b" * 500 + "\n" + "c" * 3000
    assert split_flow(text)[0] == "a" * 1600


def test_cuts_inside_a_word_that_fills_the_page():
    assert split_flow("x" * 7000) == ["x" * 3000, "x" * 3000, "x" * 1000]


@given(st.lists(st.text(alphabet="ab .\n", max_size=900), max_size=12))
def test_nothing_but_white_space_is_lost(parts):
    text = "\n\n".join(parts)
    pages = split_flow(text)
    assert "".join("".join(pages).split()) == "".join(text.split())
    assert all(len(page) <= PAGE_CHARACTERS for page in pages)
