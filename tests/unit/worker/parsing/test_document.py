import json
from dataclasses import asdict

import pytest

from worker.parsing.document import Document, DocumentPage, TextSource
from worker.parsing.layout.features import PageLayout

LAYOUT = PageLayout(
    aspect=0.71,
    ink=0.06,
    image_area=0.0,
    photo=0.0,
    words=412,
)
DOCUMENT = Document(
    format="pdf",
    pages=(
        DocumentPage(0, "Hello\nWorld", TextSource.TEXT_LAYER, 595.0, 842.0, headings=("Hello",)),
        DocumentPage(2, "Photographed", TextSource.OCR, confidence=87.5),
        DocumentPage(3, "", TextSource.NONE),
    ),
    total_pages=9,
    form_fields=2,
    warnings=("page 2 could not be read",),
    layouts=(LAYOUT,),
)
PAGE = {"index": 0, "text": "", "source": "none", "headings": []}


def test_a_document_survives_json():
    assert Document.from_json(DOCUMENT.to_json()) == DOCUMENT
    assert Document.from_json(json.loads(json.dumps(DOCUMENT.to_json()))) == DOCUMENT


def test_the_sizes_of_a_page_may_be_absent():
    found = Document.from_json({**DOCUMENT.to_json(), "pages": [PAGE]})
    assert found.pages == (DocumentPage(0, "", TextSource.NONE),)


@pytest.mark.parametrize(
    "change",
    [
        {"pages": None},
        {"pages": [{"index": 0}]},
        {"pages": [{**PAGE, "index": "0"}]},
        {"pages": [{**PAGE, "text": 5}]},
        {"pages": [{**PAGE, "source": "magic"}]},
        {"pages": [{**PAGE, "width": "wide"}]},
        {"pages": [{**PAGE, "source": "ocr", "confidence": "high"}]},
        {"pages": [{**PAGE, "headings": None}]},
        {"pages": [{**PAGE, "headings": 5}]},
        {"pages": [{"index": 0, "text": "", "source": "none"}]},
        {"pages": [{**PAGE, "more": 1}]},
        {"format": 7},
        {"total_pages": "9"},
        {"form_fields": None},
        {"more": 1},
        {"layouts": None},
        {"layouts": [{"words": 0}]},
        {"layouts": [{**asdict(LAYOUT), "words": 0.5}]},
        {"layouts": [{**asdict(LAYOUT), "ink": "0.1"}]},
        {"layouts": [{**asdict(LAYOUT), "ink": float("nan")}]},
        {"layouts": [{**asdict(LAYOUT), "words": True}]},
        {"layouts": [{**asdict(LAYOUT), "words": -1}]},
    ],
)
def test_invalid_documents_are_refused(change):
    with pytest.raises((KeyError, TypeError, ValueError)):
        Document.from_json({**DOCUMENT.to_json(), **change})
