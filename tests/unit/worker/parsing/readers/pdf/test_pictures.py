"""Pictures within pages of text are read in MULTIMODAL mode, and in no other."""

from dataclasses import replace

import pypdfium2
import pytest

from devtools import pdf_samples, sample_files
from tests.unit.worker.parsing import pictures
from tests.unit.worker.parsing.ocr.scans import INSTALLED, Fixed, tesseract
from worker.parsing.document import Document, TextSource
from worker.parsing.ocr.engine import Recognised
from worker.parsing.ocr.page_reader import Ocr
from worker.parsing.readers.pdf import pictures as pdf_pictures
from worker.parsing.readers.pdf.reader import read_pdf

STAMP = pictures.draw(["Received on Monday"], width=400)
TEXT = pdf_samples.text_content("This page has a text layer of its own,\nand a picture below it.")
SURE = Recognised("Seen", 90.0)


def page_with(content: bytes, *, form: bytes = b"") -> bytes:
    """Make a page of text that draws the stamp as /Im1, or a form with it as /Fm1."""
    extra = [pdf_samples.picture(STAMP.tobytes(), *STAMP.size)]
    resources = b"/XObject<</Im1 6 0 R/Fm1 7 0 R>>"
    if form:
        entries = b"/Type/XObject/Subtype/Form/BBox[0 0 600 900]/Resources<<%s>>" % resources
        extra.append(pdf_samples.stream(form, entries))
    return pdf_samples.pdf(TEXT + b" " + content, resources=resources, extra=extra)


def read(data: bytes, ocr: Ocr | None = None, mode: str = "MULTIMODAL") -> Document:
    return read_pdf(
        sample_files.source(data, "", sample_files.request(mode=mode), ocr or tesseract())
    )


def crop(data: bytes) -> list[tuple[int, int]]:
    document = pypdfium2.PdfDocument(data)
    try:
        return [found.picture.size for found in pdf_pictures.crop_pictures(document, 0, 72)]
    finally:
        document.close()


BELOW = b"q 400 0 0 93 100 300 cm /Im1 Do Q"


def test_the_text_of_a_picture_follows_that_of_the_page():
    (page,) = read(page_with(BELOW)).pages
    assert page.text.startswith("This page has a text layer")
    assert page.text.endswith("\n\nReceived on Monday")
    assert (page.source, page.confidence) == (TextSource.TEXT_LAYER, None)


def test_fast_mode_leaves_pictures_out():
    engine = Fixed(SURE)
    (page,) = read(page_with(BELOW), Ocr(INSTALLED.choose("en"), engine), "FAST").pages
    assert engine.seen == []
    assert "Seen" not in page.text


def test_doubtful_and_known_text_is_left_out():
    for answer in (replace(SURE, confidence=59.0), Recognised("text layer", 95.0)):
        (page,) = read(page_with(BELOW), Ocr(INSTALLED.choose("en"), Fixed(answer))).pages
        assert page.text.endswith("and a picture below it.")


@pytest.mark.parametrize(
    ("content", "sizes"),
    [
        (BELOW, [(800, 186)]),
        (b"q 60 0 0 60 100 300 cm /Im1 Do Q", []),
        (b"q 400 0 0 9 100 300 cm /Im1 Do Q", []),
        (b"q 400 0 0 93 100 300 cm /Im1 Do Q q 400 0 0 93 100 393 cm /Im1 Do Q", [(800, 372)]),
        (
            b"q 400 0 0 93 100 100 cm /Im1 Do Q q 400 0 0 93 500 800 cm /Im1 Do Q",
            [(190, 84), (800, 186)],
        ),
        (b"q 400 0 0 93 900 900 cm /Im1 Do Q", []),
        # A scan under the text that OCR once gave it.
        (b"q 595 0 0 842 0 0 cm /Im1 Do Q", []),
    ],
    ids=["one", "icon", "line", "slices", "two", "outside", "under text"],
)
def test_which_pictures_are_cropped(content, sizes):
    assert crop(page_with(content)) == sizes


def test_pictures_in_forms_are_where_the_form_puts_them():
    data = page_with(b"q 2 0 0 2 100 300 cm /Fm1 Do Q", form=b"q 200 0 0 46 0 0 cm /Im1 Do Q")
    assert crop(data) == [(800, 184)]
    assert read(data).pages[0].text.endswith("Received on Monday")


def test_pictures_on_turned_pages_are_cropped():
    data = page_with(BELOW).replace(b"/MediaBox", b"/Rotate 90/MediaBox")
    assert crop(data) == [(186, 800)]


def test_at_most_eight_pictures_of_a_page_are_cropped():
    many = b" ".join(
        b"q 100 0 0 25 %d %d cm /Im1 Do Q" % (110 * (n % 5), 50 * (n // 5)) for n in range(20)
    )
    assert len(crop(page_with(many))) == 8


def test_pictures_beyond_the_time_for_ocr():
    ocr = Ocr(INSTALLED.choose("en"), Fixed(SURE), lambda: None)
    assert read(page_with(BELOW), ocr).warnings == (
        "pictures on page 1 were left out: OCR would take too long",
    )


def test_pages_of_text_need_no_ocr():
    found = read(page_with(BELOW), sample_files.no_ocr())
    assert found.pages[0].text.endswith("and a picture below it.")
    assert found.warnings == ()
