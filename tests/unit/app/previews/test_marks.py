"""Quotes are found among the words of a page, however the words are broken and spelt."""

import pytest

from app.previews.marks import find_marks
from app.previews.values import Box, Word

WIDTH, HEIGHT = 0.1, 0.02


def page(*lines: str) -> list[Word]:
    """Return the words of lines, each a tenth of the page wide and one below the other."""
    return [
        Word(text, place(line, column))
        for line, words in enumerate(lines)
        for column, text in enumerate(words.split())
    ]


def place(line: int, column: int, last: int | None = None) -> Box:
    right = column if last is None else last
    return Box(column / 10, line / 10, right / 10 + WIDTH, line / 10 + HEIGHT)


LETTER = page("Dear Sir or Madam", "the total to pay is", "12.00 by bank trans", "fer before May")


def test_a_quote_within_a_line_is_one_rectangle():
    assert find_marks("total to pay", LETTER) == [place(1, 1, 3)]


def test_a_quote_over_several_lines_has_a_rectangle_for_each():
    marks = find_marks("pay is 12.00 by bank transfer", LETTER)

    assert marks == [place(1, 3, 4), place(2, 0, 3), place(3, 0)]


@pytest.mark.parametrize(
    "quote",
    ["TOTAL  to\npay", "total-to-pay", "to­tal to pay …", "“total to pay”", "totaltopay"],
)
def test_spaces_hyphens_quotation_marks_and_case_do_not_matter(quote: str):
    assert find_marks(quote, LETTER) == [place(1, 1, 3)]


def test_ligatures_and_wide_letters_are_the_letters_they_stand_for():
    assert find_marks("first office", page("a ﬁrst oﬃce")) == [place(0, 1, 2)]
    assert find_marks("ABC", page("ＡＢＣ")) == [place(0, 0)]


def test_scripts_without_spaces_and_with_marks():
    assert find_marks("請求書", page("件名 請求 書")) == [place(0, 1, 2)]
    assert find_marks("चालान", page("यह चालान है")) == [place(0, 1)]


def test_a_part_of_a_word_marks_the_word():
    assert find_marks("otal to pa", LETTER) == [place(1, 1, 3)]


def test_words_that_ocr_reads_differently_are_passed_over():
    assert find_marks("the tota1 to pay is", LETTER) == [place(1, 0, 4)]
    assert find_marks("the tota1 t0 pay iz", LETTER) == []


def test_the_first_of_several_places_counts():
    assert find_marks("again and", page("now", "again and", "again and")) == [place(1, 0, 1)]


@pytest.mark.parametrize("quote", ["", " ", "--", "…", "not on this page"])
def test_nothing_to_find(quote: str):
    assert find_marks(quote, LETTER) == []


def test_a_page_without_words():
    assert find_marks("total to pay", []) == []


def test_words_without_a_place_are_not_marked():
    words = [Word("total", Box(0.5, 0.5, 0.5, 0.5)), *page("to pay")]

    assert find_marks("total to pay", words) == [place(0, 0, 1)]
