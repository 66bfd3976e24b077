"""`max_pages` and `target_pages` mean the same in every format."""

import io

import pytest

from app.errors import FileError, FileErrorCode
from devtools import ole_samples, pdf_samples, sample_files
from worker.parsing.document import Document
from worker.parsing.readers.dispatch import read_document

# Paragraphs that fill most of a page of running text each.
PARAGRAPHS = [f"page{number} " + "word " * 550 for number in range(4)]
FLOW = "\n\n".join(PARAGRAPHS).encode()
SHORT = [f"page{number}" for number in range(4)]

FILES = {
    "pdf": pdf_samples.pdf(*SHORT),
    "docx": sample_files.docx(*[[text] for text in SHORT]),
    "pptx": sample_files.pptx(*SHORT),
    "odp": sample_files.odp(*SHORT),
    "xlsx": sample_files.xlsx(**{text: [["a"]] for text in SHORT}),
    "ods": sample_files.ods(**dict.fromkeys(SHORT, "a")),
    "odt": sample_files.odt(*PARAGRAPHS),
    "rtf": b"{\\rtf1 " + b"\\par ".join(text.encode() for text in PARAGRAPHS) + b"}",
    "epub": sample_files.epub(*PARAGRAPHS),
    "html": b"<!doctype html>" + b"".join(b"<p>" + text.encode() for text in PARAGRAPHS),
    "eml": sample_files.eml("Hi", "\n\n".join(PARAGRAPHS)),
    "msg": ole_samples.msg("Hi", "\n\n".join(PARAGRAPHS)),
    "xml": b"<?xml version='1.0'?>" + FLOW,
    **dict.fromkeys(("txt", "md", "csv", "tsv", "json"), FLOW),
}


def read(extension: str, **asked) -> Document:
    source = sample_files.source(FILES[extension], f"a.{extension}", sample_files.request(**asked))
    return read_document(
        io.BytesIO(FILES[extension]), f"a.{extension}", source.request, source.limits, source.ocr
    )


@pytest.mark.parametrize("extension", FILES)
def test_pages_are_chosen_alike(extension):
    whole = read(extension)
    assert (whole.format, whole.total_pages) == (extension, 4)
    for number, page in enumerate(whole.pages):
        assert page.index == number
        assert page.text.count("page") == page.text.count(f"page{number}") == 1
    assert read(extension, max_pages=0).pages == whole.pages
    assert read(extension, max_pages=9).pages == whole.pages
    for asked, indices in (
        ({"max_pages": 2}, [0, 1]),
        ({"target_pages": (3, 1, 1, 9)}, [1, 3]),
        ({"max_pages": 1, "target_pages": (2, 3)}, [2, 3]),
    ):
        found = read(extension, **asked)
        assert found.pages == tuple(whole.pages[index] for index in indices)
        assert (found.total_pages, found.warnings) == (4, whole.warnings)


@pytest.mark.parametrize("extension", FILES)
def test_absent_pages_are_refused(extension):
    with pytest.raises(FileError) as caught:
        read(extension, target_pages=(4, 99))
    assert caught.value.code == FileErrorCode.NO_SUCH_PAGES
