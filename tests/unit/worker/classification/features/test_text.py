import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devtools.cpu_time import within_reader_limit
from worker.classification.embedders.use.numpy_model import UseEmbedder
from worker.classification.features.chunks import CHUNK_TOKENS, cut_chunks
from worker.classification.features.headings import heading_parts
from worker.classification.features.text import content_start, is_readable, normalise_text
from worker.classification.features.titles import title_lines
from worker.classification.rules.exclusions import without_negations
from worker.classification.scoring.cues import observed_cues
from worker.classification.scoring.lexical import document_text
from worker.parsing.document import Document, DocumentPage

# No time limit: other tests measure the time.
examples = settings(max_examples=60)

# Everything that can be in a Python string, lone surrogates and NUL included.
anything = st.text(st.characters(), max_size=400)
words = st.text(st.sampled_from("ab é—.7\n\t\x00\ud800一二カ한ไทย_=<ﷺ"), max_size=3_000)


def without_blanks(text: str) -> str:
    return "".join(text.split())


@examples
@given(anything)
def test_cleaning_twice_changes_nothing(text: str):
    once = normalise_text(text)
    assert normalise_text(once) == once


@examples
@given(words)
def test_cleaned_text_holds_nothing_that_breaks_an_encoder(text: str):
    cleaned = normalise_text(text)
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned
    assert "  " not in cleaned


@examples
@given(st.lists(st.sampled_from(["alpha", "beta", "7", "gamma.", "ärger"]), max_size=40))
def test_cleaning_keeps_words_and_their_order(parts: list[str]):
    text = "\x00 \r\n\n\n\t".join(parts)
    assert normalise_text(text).split() == parts


@pytest.mark.parametrize(
    "blanks", [" \t ", "\t", "\xa0", "\u1680", "\u2003 ", "\u2028\u2029", "\x1f\x85"]
)
def test_cleaning_makes_blanks_one_space(blanks: str):
    assert normalise_text(f"a{blanks}b") == "a b"
    assert normalise_text(f"a{blanks}\n{blanks}\n{blanks}\nb") == "a\n\nb"


@examples
@given(words)
def test_chunks_are_in_order_and_miss_no_letter(text: str):
    chunks = cut_chunks([DocumentPage(0, text)], size=16, count=10_000)
    position = 0
    for chunk in chunks:
        assert chunk.start >= position
        assert not is_readable(normalise_text(text[position : chunk.start]))
        assert chunk.text == normalise_text(text[chunk.start : chunk.end])
        position = chunk.end
    assert not is_readable(normalise_text(text[position:]))


@examples
@given(st.lists(anything, max_size=6), st.integers(1, 5))
def test_chunks_keep_to_their_pages_and_number(texts: list[str], count: int):
    pages = [DocumentPage(2 * index, text) for index, text in enumerate(texts)]
    chunks = cut_chunks(pages, count=count)
    assert len(chunks) <= count
    assert [chunk.page for chunk in chunks] == sorted(chunk.page for chunk in chunks)
    for chunk in chunks:
        assert 0 <= chunk.start < chunk.end <= len(texts[chunk.page // 2])


def test_a_short_rest_joins_the_chunk_before():
    word = "word "
    exact = cut_chunks([DocumentPage(0, word * 229)], count=99)
    longer = cut_chunks([DocumentPage(0, word * 260)], count=99)
    double = cut_chunks([DocumentPage(0, word * 420)], count=99)
    assert [len(exact), len(longer), len(double)] == [1, 1, 2]


@pytest.mark.parametrize(
    "text", ["Some ordinary words of text. " * 60, "契約書の条項をここに定める。" * 40]
)
def test_a_chunk_is_about_as_many_tokens_as_promised(text: str):
    first = cut_chunks([DocumentPage(0, text)])[0]
    pieces = UseEmbedder()._backend.sp.encode(first.text)
    assert 0.7 * CHUNK_TOKENS < len(pieces) < 1.3 * CHUNK_TOKENS


@pytest.mark.parametrize(
    "line",
    [
        "x" * 100_000,
        "=" * 100_000,
        "\n" * 100_000,
        " \n" * 50_000,
        "ab " * 33_000,
        "ﷺ" * 100_000,
        "e\u0301" * 50_000,
        "<ix:header>" * 9_000,
        "---\na: b\n" * 10_000,
        "[ " * 50_000,
        "(not " * 20_000,
        "(" * 100_000,
        "a " * 50_000,
        "\x00" * 100_000,
        "漢" * 100_000,
        "_." * 50_000,
    ],
    ids=lambda line: repr(line[:6]),
)
def test_long_lines_take_no_time(line: str):
    with within_reader_limit():
        pages = [DocumentPage(0, line)]
        cut_chunks(pages)
        title_lines(pages)
        heading_parts(pages[0])
        without_negations(line)
        document = Document("txt", tuple(pages), 1)
        observed_cues(document)
        document_text(document)


@examples
@given(st.lists(anything, max_size=20))
def test_title_lines_are_short_and_different(lines: list[str]):
    titles = title_lines([DocumentPage(0, "\n".join(lines))])
    assert len(titles) == len(set(titles)) <= 5
    assert all(3 <= len(title) <= 110 for title in titles)


def test_title_lines_come_from_the_first_page_with_text():
    pages = [
        DocumentPage(0, " \n"),
        DocumentPage(1, "# Annual Report #\n12/05\nAnnual Report\nfor the year 2021"),
        DocumentPage(2, "x"),
    ]
    assert title_lines(pages) == ("Annual Report", "for the year 2021")


def test_front_matter_of_the_first_page_is_left_out():
    text = "---\ntitle: Pancakes\ntags: [sweet]\n---\nMix flour and milk."
    assert text[content_start(text, first_page=True) :] == "Mix flour and milk."
    assert content_start(text, first_page=False) == 0
    assert cut_chunks([DocumentPage(0, text)])[0].text == "Mix flour and milk."


@pytest.mark.parametrize("text", ["---\nno keys here\n---\ntext", "---\ntitle: never closed"])
def test_what_only_looks_like_front_matter_stays(text: str):
    assert content_start(text, first_page=True) == 0
