import pytest

from app.errors import FileError, FileErrorCode
from devtools import sample_files
from worker.parsing.document import name_pages
from worker.parsing.readers.document_builder import clean, collect_texts


def document(texts, asked=sample_files.EVERYTHING, **limits):
    return collect_texts(sample_files.source(b"x", "a.txt", asked, **limits), texts)


def test_clean_leaves_what_databases_take():
    assert clean("a\r\nb\rc\fd") == "a\nb\nc\nd"
    assert clean("a\x00b\x07c\td") == "abc\td"
    assert clean("a\ud800b") == "a\ufffdb"


def test_chosen_pages_keep_their_numbers():
    found = document(["a", "b", "c"], sample_files.request(target_pages=(2, 0, 9)))
    assert [(page.index, page.text) for page in found.pages] == [(0, "a"), (2, "c")]
    assert found.total_pages == 3
    assert found.format == "txt"
    assert found.warnings == ()


def test_first_pages():
    assert [
        page.text for page in document(["a", "b"], sample_files.request(max_pages=1)).pages
    ] == ["a"]


def test_no_such_pages():
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


def test_names_of_pages():
    assert name_pages([2]) == "page 3"
    assert name_pages([0, 1, 4]) == "pages 1, 2 and 5"
    assert name_pages(range(9)) == "pages 1, 2, 3, 4, 5 and 4 more"
