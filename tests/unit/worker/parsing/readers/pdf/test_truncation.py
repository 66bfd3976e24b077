import pytest

from app.errors import FileError, FileErrorCode
from devtools import pdf_samples, sample_files
from worker.parsing.readers.pdf.reader import read_pdf
from worker.parsing.readers.pdf.truncation import repairs

WHOLE = pdf_samples.pdf("First page", "Second page")
CUT = WHOLE[: WHOLE.index(b"(Second page)") + 5]


def test_the_pages_before_the_cut_are_read():
    found = read_pdf(sample_files.source(CUT, "a.pdf"))
    assert found.pages[0].text == "First page"
    assert found.lost_parts >= 1
    assert "the file is damaged: a part of it is missing" in found.warnings


def test_pages_without_a_catalogue_are_read():
    start = WHOLE.index(b"3 0 obj")
    found = read_pdf(sample_files.source(b"%PDF-1.7\n" + CUT[start:], "a.pdf"))
    assert found.pages[0].text == "First page"


def test_the_last_catalogue_counts():
    data = b"1 0 obj<</Type/Catalog>>endobj 7 2 obj\n<</Type /Catalog>>"
    (repaired,) = repairs(data)
    assert repaired.endswith(b"trailer<</Root 7 2 R>>\n")


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7\n", b"/Type/Catalog" * 100, CUT + b"/Encrypt 9 0 R", WHOLE, b""]
)
def test_other_files_are_left_alone(data):
    assert list(repairs(data)) == []


def test_a_file_cut_before_its_pages_is_corrupt():
    with pytest.raises(FileError) as caught:
        read_pdf(sample_files.source(WHOLE[:60], "a.pdf"))
    assert caught.value.code == FileErrorCode.CORRUPT
