import pytest

from worker.parsing.document import Document, Page, TextSource

DOCUMENT = Document(
    format="pdf",
    pages=(
        Page(0, "Hello", TextSource.TEXT_LAYER, 595.0, 842.0),
        Page(3, "", TextSource.NONE),
    ),
    total_pages=9,
    form_fields=2,
    warnings=("page 2 could not be read",),
)


def test_there_and_back():
    assert Document.from_json(DOCUMENT.to_json()) == DOCUMENT


@pytest.mark.parametrize(
    "change",
    [
        {"pages": None},
        {"pages": [{"index": 0}]},
        {"pages": [{"index": "0", "text": "", "source": "none"}]},
        {"pages": [{"index": 0, "text": 5, "source": "none"}]},
        {"pages": [{"index": 0, "text": "", "source": "magic"}]},
        {"pages": [{"index": 0, "text": "", "source": "none", "width": "wide"}]},
        {"format": 7},
        {"total_pages": "9"},
        {"form_fields": None},
        {"more": 1},
    ],
)
def test_anything_else_is_refused(change):
    with pytest.raises((KeyError, TypeError, ValueError)):
        Document.from_json({**DOCUMENT.to_json(), **change})
