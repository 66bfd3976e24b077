import pytest

from worker.classification.cues import CUES, observed_cues
from worker.parsing.document import Document, Page, TextSource


def cues(text: str = "text", format: str = "pdf", fields: int = 0, pages: int = 1) -> list[str]:  # noqa: A002
    read = tuple(Page(index, text, width=720, height=405) for index in range(pages))
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
    pages = tuple(Page(index, "few", TextSource.OCR, 720, 405) for index in range(5))
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
