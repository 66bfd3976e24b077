import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import FileError, FileErrorCode
from devtools import sample_files
from worker.parsing.document import name_pages
from worker.parsing.readers.document_builder import (
    PAGE_CHARACTERS,
    build_document,
    paginate_text,
    sanitize,
)


def document(texts, asked=sample_files.EVERYTHING, **limits):
    return build_document(sample_files.source(b"x", "a.txt", asked, **limits), texts)


def test_sanitized_text_fits_databases():
    assert sanitize("a\r\nb\rc\fd") == "a\nb\nc\nd"
    assert sanitize("a\x0bb\x1dc") == "a\nb\nc"
    assert sanitize("a\x00b\x07c\td") == "abc\td"
    assert sanitize("a\ud800b") == "a\ufffdb"


def test_headings_are_sanitized_like_the_text():
    source = sample_files.source(b"x", "a.txt")
    heading = "Bill\r\nof\x00 la\x02ding\ud800"
    (page,) = build_document(source, [f"{heading}\r\nbody"], headings=[heading]).pages
    assert page.headings == ("Bill\nof lading\ufffd",)
    assert page.text == "Bill\nof lading\ufffd\nbody"


def test_the_first_page_with_text_has_those_headings_that_it_contains():
    source = sample_files.source(b"x", "a.txt")
    found = build_document(source, ["", "Bill\nto: Ada", "Terms"], headings=["Bill", "Terms"])
    assert [page.headings for page in found.pages] == [(), ("Bill",), ()]


def test_chosen_pages_keep_their_numbers():
    found = document(["a", "b", "c"], sample_files.request(target_pages=(2, 0, 9)))
    assert [(page.index, page.text) for page in found.pages] == [(0, "a"), (2, "c")]
    assert found.total_pages == 3
    assert found.format == "txt"
    assert found.warnings == ()


def test_max_pages_chooses_the_first_pages():
    assert [
        page.text for page in document(["a", "b"], sample_files.request(max_pages=1)).pages
    ] == ["a"]


def test_absent_pages_are_no_such_pages():
    with pytest.raises(FileError) as caught:
        document(["a"], sample_files.request(target_pages=(7,)))
    assert caught.value.code == FileErrorCode.NO_SUCH_PAGES


def test_a_long_page_is_cut_and_says_so():
    found = document(["ä" * 2000, "b"], page_text_bytes=1025)
    assert found.pages[0].text == "ä" * 512
    assert found.pages[1].text == "b"
    assert found.warnings == ("the text of page 1 was cut at 1 KB",)


def test_a_long_document_is_cut_and_says_so():
    found = document(["a" * 3000, "b" * 3000, "c"], document_text_bytes=4096)
    assert [len(page.text) for page in found.pages] == [3000, 1096]
    assert found.warnings == ("the text was cut at 4 KB, on page 2",)


def test_the_page_limit_says_so_when_it_cuts():
    found = document(["a"] * 5, max_pages=2)
    assert len(found.pages) == 2
    assert found.warnings == (
        "the document has 5 pages and only 2 of them were read, which is the limit",
    )


def test_pages_are_named_from_one():
    assert name_pages([2]) == "page 3"
    assert name_pages([0, 1, 4]) == "pages 1, 2 and 5"
    assert name_pages(range(9)) == "pages 1, 2, 3, 4, 5 and 4 more"


def test_a_short_text_is_one_page():
    assert paginate_text("  Hello\n") == ["Hello"]


def test_no_text_is_one_empty_page():
    assert paginate_text(" \n\t ") == [""]


def test_cuts_at_the_best_place_in_the_second_half():
    for mark in ("\n\n", "\n", ". ", " "):
        first, second = paginate_text("a" * 2000 + mark + "b" * 2000)
        assert first == "a" * 2000 + mark.strip()
        assert second == "b" * 2000


def test_prefers_a_paragraph_to_a_later_line():
    text = "a" * 1600 + "\n\n" + "b" * 500 + "\n" + "c" * 3000
    assert paginate_text(text)[0] == "a" * 1600


def test_cuts_inside_a_word_that_fills_the_page():
    assert paginate_text("x" * 7000) == ["x" * 3000, "x" * 3000, "x" * 1000]


@given(st.lists(st.text(alphabet="ab .\n", max_size=900), max_size=12))
def test_nothing_but_white_space_is_lost(parts):
    text = "\n\n".join(parts)
    pages = paginate_text(text)
    assert "".join("".join(pages).split()) == "".join(text.split())
    assert all(len(page) <= PAGE_CHARACTERS for page in pages)
