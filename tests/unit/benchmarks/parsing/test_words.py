"""Which words a text lacks that another has."""

from pathlib import Path

import pytest

from benchmarks.parsing.second_readers import hidden_sheets, read_mail, read_markup
from benchmarks.parsing.shown_markup import without_hidden
from benchmarks.parsing.words import missing_words, words_of
from devtools import sample_files


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Invoice, 2024-117 a", {"invoice", "2024", "117"}),
        ("Rech-\n  nung R\u00adest", {"rechnung", "rest"}),
        ("ﬁne Straße", {"fine", "strasse"}),
        ("請求書 No 5", {"請", "求", "書", "no"}),
        ("snake_case", {"snake", "case"}),
    ],
)
def test_words_of_a_text(text: str, words: set[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("theirs", "ours", "missing"),
    [
        ("head body foot", "body", ("foot", "head")),
        ("Total TOTAL total", "Sum", ("total",)),
        ("Rechnung", "Rech-\nnung", ()),
        ("Rech-\nnung", "Rechnung", ()),
        ("self-\nservice", "self-service", ()),
        ("hello world", "helloworld", ()),
        ("helloworld", "hello world", ()),
        ("on", "one", ("on",)),
        ("請求", "請\n求", ()),
        ("Ti\ntl\ne of the document", "Title of the document", ()),
        ("the export tok\nens() other", "the export tokens() more", ("other",)),
        ("0.04482758621 x", "0.044827586", ()),
        ("0.0448275", "0.0448", ("0448275",)),
        ("1234567", "0.1234567", ()),
        ("No 1234567", "No 0.1234566", ("1234567",)),
    ],
)
def test_missing_words(theirs: str, ours: str, missing: tuple[str, ...]) -> None:
    assert missing_words(theirs, ours) == missing


def test_the_second_reader_of_mail(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(sample_files.eml("Your order", "Größe", "plan.bin"))

    (text,) = read_mail(path)

    assert words_of(text) == {"your", "order", "größe".replace("ß", "ss")}


def test_of_alternatives_the_second_reader_of_mail_takes_the_last(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_text(
        "Content-Type: multipart/alternative; boundary=x\n\n--x\n\nplain https://a.b/c\n"
        "--x\nContent-Type: text/html\n\n<p>markup https://a.b/d</p>\n--x--\n"
    )

    assert words_of(read_mail(path)[0]) == {"markup"}


def test_hidden_sheets_are_known_by_the_names_of_their_files(tmp_path: Path) -> None:
    book = (
        '<workbook><sheets><sheet name="Shown" sheetId="1"/><sheet state="hidden" name="R&amp;D"/>'
        '<x:sheet name="Deep" state="veryHidden"/></sheets></workbook>'
    )
    path = tmp_path / "a.xlsx"
    path.write_bytes(sample_files.zip_of({"xl/workbook.xml": book}))
    other = tmp_path / "a.csv"
    other.write_text("a,b")

    assert hidden_sheets(path) == ("-R&D", "-Deep")
    assert hidden_sheets(other) == ()


def test_the_second_reader_of_markup(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text("<p>One<style>no</style><td>two</td><script>no</script>&amp; <b>three</b>")

    assert words_of(read_markup(path)[0]) == {"one", "two", "three"}


def test_hidden_elements_are_left_out_of_pages() -> None:
    page = b"<p>A &amp; B&#33;</p><div hidden><div>x</div></div><br><b style='display:none'>y</b>C"
    assert without_hidden(page) == b"<p>A &amp; B&#33;</p><br>C"
