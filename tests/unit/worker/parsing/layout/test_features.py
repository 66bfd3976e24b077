import dataclasses

import numpy as np
import pypdfium2
import pytest

from devtools import pdf_samples, sample_files
from devtools.cpu_time import within_reader_limit
from tests.unit.worker.parsing import pictures
from tests.unit.worker.parsing.ocr.scans import tesseract
from worker.parsing.layout.features import PageLayout, Trait, find_traits
from worker.parsing.layout.measure import PdfLayouts, measure_pdf_page, measure_picture
from worker.parsing.readers.image import read_image
from worker.parsing.readers.pdf.reader import read_pdf

PLAIN = PageLayout(
    aspect=0.707,
    ink=0.08,
    image_area=0.0,
    photo=0.0,
    words=400,
)
MULTIMODAL = sample_files.request(max_pages=None, mode="MULTIMODAL")
PROSE = "\n".join(["A letter of many words about nothing in particular, which goes on."] * 45)


def measure(data: bytes, text: str = "") -> PageLayout:
    document = pypdfium2.PdfDocument(data)
    try:
        found = PdfLayouts(document).measure(0, text)
    finally:
        document.close()
    assert found is not None
    return found


def test_a_page_of_prose_has_ink_and_words_only():
    found = measure(pdf_samples.pdf(PROSE), PROSE)
    assert (found.aspect, found.words) == (0.707, 45 * 12)
    assert (found.photo, found.image_area) == (0, 0)
    assert 0.02 < found.ink < 0.2


def test_a_photograph_in_a_pdf_is_measured():
    shades = np.random.default_rng(1).integers(60, 200, 400 * 300, dtype=np.uint8).tobytes()
    data = pdf_samples.pdf(
        b"q 595 0 0 421 0 421 cm /Im1 Do Q",
        resources=b"/XObject<</Im1 6 0 R>>",
        extra=[pdf_samples.picture(shades, 400, 300)],
    )
    found = measure(data)
    assert found.image_area == pytest.approx(0.5, abs=0.01)
    assert found.photo > 0.4


def test_words_are_counted():
    assert measure(pdf_samples.pdf("x"), "Total 12 of 34 EUR").words == 5
    assert measure(pdf_samples.pdf("x"), "請求書の番号 一二三").words == 2 + 9 // 2


def test_a_large_picture_is_reduced():
    shades = np.full((3000, 2000), 250, dtype=np.uint8)
    shades[300:900, 100:1900] = 0
    found = measure_picture(shades, "some words")
    assert (found.aspect, found.image_area, found.words) == (0.667, 1.0, 2)
    assert found.ink == pytest.approx(0.18, abs=0.01)
    assert measure_picture(shades, "some words") == found


def test_pages_of_unreasonable_size_are_measured_quickly_or_not():
    for box in (b"0 0 200000 200000", b"0 0 200000 1", b"0 0 0.01 0.01"):
        data = pdf_samples.pdf("Hello").replace(b"0 0 595 842", box)
        document = pypdfium2.PdfDocument(data)
        with within_reader_limit():
            found = PdfLayouts(document).measure(0, "Hello")
            document.close()
            assert found is None or found.words == 1


def test_a_page_that_draws_for_too_long_has_no_layout():
    document = pypdfium2.PdfDocument(pdf_samples.pdf(b"0 0 m 500 700 l S " * 20_000, "Hello"))
    page = document[0]
    try:
        assert measure_pdf_page(page, "", seconds=0.01) is None
        assert measure_pdf_page(page, "", seconds=60) is not None
    finally:
        page.close()
    assert PdfLayouts(document, seconds=0).measure(1, "Hello") is None
    assert PdfLayouts(document).measure(1, "Hello") is not None
    document.close()


def test_layouts_are_measured_in_multimodal_mode_only():
    data = pdf_samples.pdf("One", "Two words", "Three words here")
    assert read_pdf(sample_files.source(data)).layouts == ()
    found = read_pdf(sample_files.source(data, asked=MULTIMODAL)).layouts
    assert [layout.words for layout in found] == [1, 2, 3]
    chosen = sample_files.request(target_pages=(2,), mode="MULTIMODAL")
    (found,) = read_pdf(sample_files.source(data, asked=chosen)).layouts
    assert found.words == 3


def test_layouts_of_frames_are_measured_in_multimodal_mode_only():
    frames = [pictures.draw(["Total 412.50"]), pictures.draw([]), pictures.draw(["Thank you"])]
    data = pictures.save(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    assert read_image(sample_files.source(data, ocr=tesseract())).layouts == ()
    found = read_image(sample_files.source(data, asked=MULTIMODAL, ocr=tesseract())).layouts
    assert [(layout.words, layout.image_area) for layout in found] == [(2, 1.0), (2, 1.0)]


@pytest.mark.parametrize(
    ("changes", "traits"),
    [
        ({}, ()),
        ({"image_area": 0.9, "photo": 0.6}, ()),
        ({"image_area": 1, "photo": 0.6, "aspect": 1.58, "words": 0}, (Trait.CARD,)),
        ({"aspect": 0.4, "image_area": 1}, (Trait.STRIP,)),
        ({"aspect": 1.33, "words": 40}, (Trait.SLIDE,)),
    ],
)
def test_traits_follow_from_one_page(changes, traits):
    assert find_traits([dataclasses.replace(PLAIN, **changes)]) == traits


def test_traits_follow_from_most_of_the_pages():
    slide = dataclasses.replace(PLAIN, aspect=1.6, words=20)
    picture = dataclasses.replace(slide, image_area=0.9, words=0)
    assert find_traits([]) == ()
    assert find_traits([slide, picture, slide]) == (Trait.SLIDE,)
    assert find_traits([slide, picture, picture]) == ()
    assert find_traits([slide, PLAIN, slide]) == ()
    assert all(str(trait) == trait.value for trait in Trait)
