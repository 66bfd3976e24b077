from dataclasses import replace

import pytest

from app.jobs.values import Rule
from worker.classification.engine import Engine
from worker.classification.scoring.cues import CUES, observed_cues
from worker.parsing.document import Document, DocumentPage, TextSource
from worker.parsing.layout.features import PageLayout


def cues(text: str = "text", format: str = "pdf", fields: int = 0, pages: int = 1) -> list[str]:  # noqa: A002
    read = tuple(DocumentPage(index, text, width=720, height=405) for index in range(pages))
    found = observed_cues(Document(format, read, pages, fields))
    return [CUES[position].name for position in found]


@pytest.mark.parametrize(
    ("format_", "name"),
    [("eml", "email"), ("msg", "email"), ("pptx", "presentation"), ("csv", "spreadsheet")],
)
def test_formats(format_: str, name: str):
    assert cues(format=format_) == [name]


def test_landscape_pages_with_few_words_are_slides():
    assert cues("Three points", pages=5) == ["presentation"]
    assert cues("Three points", pages=3) == []
    assert cues("many words " * 100, pages=5) == []


def test_scanned_landscape_pages_are_not_slides():
    pages = tuple(DocumentPage(index, "few", TextSource.OCR, 720, 405) for index in range(5))
    assert observed_cues(Document("pdf", pages, 5)) == ()


def test_machine_readable_zones():
    assert cues("P<UTOHOLT<<MAREN<<<<<<<<<<<<<<<<<<<<<<<<<<<") == ["identity"]
    assert cues("L898902C36UTO7408122F1204159ZE184226B") == ["identity"]
    assert cues("a < b << c, see page 12") == []


def test_blanks_and_fields_make_a_form():
    assert cues(fields=5) == ["form"]
    assert cues(fields=4) == []
    assert cues("Name: ______ Street: ______ Town: ______ Date: ______ Signature: ______") == [
        "form"
    ]
    assert cues("☐ yes ☐ no ☐ maybe ☐ never ☐ always") == ["form"]
    assert cues("See ______. " * 5 + "word " * 1000) == []


TRANSACTIONS = """Date,Details,Debit,Credit,Balance
01/09/2031,Salary,,428.03,100
04/09/2031,Groceries,20.0,,100
05/09/2031,Fuel,0.08,,100
07/09/2031,Cinema,,845.92,100
12/09/2031,Books,66.0,,
"""


def test_rows_of_dates_and_amounts():
    assert cues(TRANSACTIONS) == ["transactions"]
    assert cues(TRANSACTIONS, format="csv") == ["spreadsheet", "transactions"]
    assert cues('"2031-12-06";"-8,78"\n' * 5) == ["transactions"]
    assert cues('12-Dec-2031,A SHOP,"£1,183.23"\n' * 5) == ["transactions"]
    # As in a PDF: the date, the text and the amount are separate lines.
    assert cues("4 Oct\n2031\nA SHOP\n1,250.00\n" * 12) == ["transactions"]


def test_a_few_dates_and_amounts_are_no_rows():
    assert cues("01/09/2031 paid 20.00\n" * 4) == []
    assert cues("Invoice of 01/09/2031\nTotal 20.00\n" + "an item\n" * 30) == []
    assert cues("01/09/2031 10:30 at 12.30.45\n" * 20) == []
    assert cues("1.2.3 and 4.5.6\n" * 20) == []


@pytest.mark.parametrize(
    "heading",
    ["§ {}", "## § {} Antrag", "**Art. {}**", "Article {}", "Artículo {}.", "Статья {}", "第{}条"],
)
def test_numbered_sections(heading: str):
    text = "\n".join(f"{heading.format(number)} words\nmore words" for number in (1, 2, 3))
    assert cues(text) == ["sections"]
    assert cues(text.replace("3", "2")) == []


def test_sections_that_are_only_mentioned():
    assert cues("as said in § 1, § 2, § 3 and § 4 of the law\n" * 5) == []
    assert cues("Article 1\nArticle 2\nArticle 3\n" + "many words " * 1000) == []


def test_a_cue_supports_the_rules_near_to_any_of_its_sentences(engine: Engine):
    text = "\n".join(f"§ {number} Geltung. Dies gilt." for number in range(1, 9))
    rules = [
        Rule("statute", "A law or regulation of a state."),
        Rule("agreement", "A contract between two parties with their rights and duties."),
        Rule("recipe", "Cooking instructions with ingredients and steps."),
    ]
    embedded = engine.embed(Document("txt", (DocumentPage(0, text),), 1))
    (bonus,) = engine.scorer.score(embedded, rules).bonuses
    assert bonus[0] > 0
    assert bonus[1] > 0
    assert bonus[2] == 0


LAYOUT = PageLayout(
    aspect=0.7,
    ink=0.1,
    image_area=0.0,
    photo=0.0,
    words=400,
)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"aspect": 0.4, "image_area": 1.0}, "strip"),
        ({"aspect": 1.58, "image_area": 1.0, "photo": 0.6, "words": 20}, "identity"),
        ({"aspect": 1.4, "words": 40}, "presentation"),
    ],
)
def test_looks_of_pages(changes: dict[str, float], name: str):
    seen = Document("png", (DocumentPage(0, "text"),), 1, layouts=(replace(LAYOUT, **changes),))
    assert [CUES[position].name for position in observed_cues(seen)] == [name]
    plain = replace(seen, layouts=(LAYOUT,))
    assert observed_cues(plain) == ()
