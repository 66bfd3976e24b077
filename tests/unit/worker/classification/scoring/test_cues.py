from dataclasses import replace

import pytest

from app.jobs.values import Rule
from worker.classification.engine import Engine
from worker.classification.scoring.cues import CUES, MAX_BONUS, observed_cues
from worker.parsing.document import Document, DocumentPage, TextSource
from worker.parsing.layout.features import PageLayout


def cues(text: str = "text", format: str = "pdf", pages: int = 1) -> list[str]:  # noqa: A002
    read = tuple(DocumentPage(index, text, width=720, height=405) for index in range(pages))
    found = observed_cues(Document(format, read, pages))
    return [CUES[position].name for position in found]


@pytest.mark.parametrize(
    ("format_", "name"),
    [("eml", "email"), ("msg", "email"), ("pptx", "presentation"), ("odp", "presentation")],
)
def test_files_of_mail_and_slide_programs_have_their_cue(format_: str, name: str):
    assert cues(format=format_) == [name]


def test_a_program_is_known_by_its_lines():
    assert cues("import csv\nrows = csv.reader(file)\nprint(rows)", format="txt") == ["code"]


def test_landscape_pages_with_few_words_are_slides():
    assert cues("Three points", pages=5) == ["presentation"]
    assert cues("Three points", pages=3) == []
    assert cues("many words " * 100, pages=5) == []


def test_scanned_landscape_pages_are_not_slides():
    pages = tuple(DocumentPage(index, "few", TextSource.OCR, 720, 405) for index in range(5))
    assert observed_cues(Document("pdf", pages, 5)) == ()


def test_a_cue_supports_the_rules_near_to_its_sentence(engine: Engine):
    text = "From: a@b.example\nTo: c@d.example\nSubject: Hello\nSent: Monday\n\nSee you."
    rules = [
        Rule("mail", "An e-mail message with sender, recipient and subject."),
        Rule("recipe", "Cooking instructions with ingredients and steps."),
    ]
    embedded = engine.embed(Document("txt", (DocumentPage(0, text),), 1))
    (bonus,) = engine.scorer.score(embedded.text, embedded.comparison(0), rules).bonuses
    # A mail counts double, whatever it is about.
    assert bonus[0] > MAX_BONUS
    assert bonus[1] == 0


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
