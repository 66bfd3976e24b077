"""Nothing is lost in silence: each text that a person sees is read, or a warning names it.

The documents are those of `devtools/marked`, one of each format.
"""

import io
from functools import cache

import pytest

from devtools import sample_files
from devtools.marked.documents import marked_documents
from worker.parsing.document import Document
from worker.parsing.limits import ParserLimits
from worker.parsing.readers.dispatch import read_document

DOCUMENTS = marked_documents()
PLACES = [
    pytest.param(name, place, id=f"{name}-{place}")
    for name, document in DOCUMENTS.items()
    for place in document.markers
]


@cache
def read(name: str) -> Document:
    document = DOCUMENTS[name]
    return read_document(
        io.BytesIO(document.data),
        f"marked.{document.format}",
        sample_files.EVERYTHING,
        ParserLimits(),
        sample_files.no_ocr(),
    )


@pytest.mark.parametrize(("name", "place"), PLACES)
def test_what_a_person_sees_is_read(name: str, place: str) -> None:
    document = read(name)
    texts = [page.text for page in document.pages] + list(document.warnings)

    marker = DOCUMENTS[name].markers[place]
    assert any(marker in text for text in texts), "\n".join(texts)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_marker_is_part_of_another(name: str) -> None:
    markers = list(DOCUMENTS[name].markers.values())

    assert not [(a, b) for a in markers for b in markers if a is not b and a in b]
