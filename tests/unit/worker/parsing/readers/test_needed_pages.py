"""Pages are left out once a request has enough text: first those that only OCR can read."""

import io

import pytest

from app.jobs.pages import PageSelection
from devtools import pdf_samples, sample_files
from tests.unit.worker.parsing import pictures
from tests.unit.worker.parsing.ocr.scans import INSTALLED, Fixed
from worker.parsing.document import Document, TextSource
from worker.parsing.ocr.engine import Recognised
from worker.parsing.ocr.page_reader import Ocr
from worker.parsing.readers.image import read_image
from worker.parsing.readers.pdf.reader import read_pdf
from worker.parsing.request import ParseRequest

LAYER, OCR, NOT_NEEDED = TextSource.TEXT_LAYER, TextSource.OCR, TextSource.NOT_NEEDED
WORDS = "ten letters and more in words"
SHADES = bytes(0 if x % 24 < 12 else 255 for x in range(200 * 280))
ALL = PageSelection(None)
SCAN = b"q 595 0 0 842 0 0 cm /Im1 Do Q"


def pdf(*pages: str | bytes) -> bytes:
    number = 4 + 2 * len(pages)
    resources = b"/XObject<</Im1 %d 0 R>>" % number
    picture = pdf_samples.picture(SHADES, 200, 280)
    return pdf_samples.pdf(*pages, resources=resources, extra=[picture])


def tiff(frames: int) -> bytes:
    first, *others = [pictures.draw([f"Page {number}"]) for number in range(frames)]
    file = io.BytesIO()
    first.save(file, "TIFF", save_all=True, append_images=others)
    return file.getvalue()


def read(
    data: bytes,
    enough: int | None,
    ocr: Ocr | None = None,
    selection: PageSelection = ALL,
) -> Document:
    if ocr is None:
        ocr = Ocr(INSTALLED.choose("en"), Fixed(Recognised(WORDS, 90.0)))
    asked = ParseRequest(selection, enough=enough)
    source = sample_files.source(data, "", asked, ocr)
    return (read_pdf if source.type.extension == "pdf" else read_image)(source)


def sources(document: Document) -> list[TextSource]:
    return [page.source for page in document.pages]


@pytest.mark.parametrize(
    ("enough", "expected"),
    [
        (None, [LAYER, OCR, OCR, LAYER]),
        (len(WORDS) + 1, [LAYER, NOT_NEEDED, NOT_NEEDED, LAYER]),
        (len(WORDS) + 2, [LAYER, OCR, NOT_NEEDED, LAYER]),
    ],
)
def test_scans_are_left_out_and_text_layers_are_read(enough, expected):
    document = read(pdf(WORDS, SCAN, SCAN, "The end"), enough)
    assert sources(document) == expected
    assert document.pages[-1].text == "The end"
    assert all(page.text == "" for page in document.pages if page.source is NOT_NEEDED)
    assert (document.total_pages, document.lost_parts, document.warnings) == (4, 0, ())


@pytest.mark.parametrize(
    ("enough", "count"), [(None, 6), (len(WORDS) + 1, 3), (len(WORDS) + 2, 4), (1, 3)]
)
def test_pages_with_text_are_left_out_once_there_is_plenty(enough, count):
    document = read(pdf(*[WORDS] * 6), enough)
    assert sources(document) == [LAYER] * count + [NOT_NEEDED] * (6 - count)
    assert (document.total_pages, document.warnings) == (6, ())


def test_pages_that_the_request_names_are_read():
    named = PageSelection(None, (0, 1, 2, 4, 5))
    assert sources(read(pdf(*[WORDS] * 6), 1, selection=named)) == [LAYER] * 5


def test_leaders_are_no_words():
    assert sources(read(pdf(f"Contents {'. ' * 40}{'_' * 40}", SCAN), 10)) == [LAYER, OCR]


def test_words_count_that_stand_apart():
    apart = f"{WORDS} {'. ' * 10}{WORDS}"
    assert sources(read(pdf(apart, SCAN), 2 * len(WORDS) + 2)) == [LAYER, NOT_NEEDED]


def test_frames_are_left_out():
    assert sources(read(tiff(3), len(WORDS))) == [OCR, NOT_NEEDED, NOT_NEEDED]
    assert sources(read(tiff(3), None)) == [OCR, OCR, OCR]


def test_missing_ocr_is_told_of_pages_that_are_not_needed():
    document = read(pdf(WORDS, SCAN), 10, sample_files.no_ocr())
    assert document.warnings == ("page 2 could only be read by OCR: no OCR is installed",)
