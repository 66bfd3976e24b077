import dataclasses
import time

import numpy as np
import pypdfium2
import pytest

from devtools import pdf_samples, sample_files
from tests.unit.worker.parsing import pictures
from tests.unit.worker.parsing.ocr.test_page_reader import tesseract
from worker.parsing.layout.features import PageLayout, Trait, find_traits
from worker.parsing.layout.measure import PdfLayouts, measure_pdf_page, measure_picture
from worker.parsing.readers.image import read_image
from worker.parsing.readers.pdf.reader import read_pdf

PLAIN = PageLayout(
    page=0,
    aspect=0.707,
    ink=0.08,
    top_ink=0.33,
    image_area=0.0,
    photo=0.0,
    horizontal_rules=0,
    vertical_rules=0,
    table=0.0,
    columns=1,
    line_height=0.01,
    words=400,
    digits=0.03,
    font_ratio=1.2,
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


def lines(left: int, words: str, count: int = 50) -> bytes:
    shown = " ".join(f"({words}) Tj 0 -14 Td" for _ in range(count))
    return f"BT /F1 10 Tf {left} 780 Td {shown} ET ".encode()


def test_a_page_of_prose_has_one_column():
    found = measure(pdf_samples.pdf(PROSE), PROSE)
    assert (found.page, found.aspect, found.words) == (0, 0.707, 45 * 12)
    assert (found.columns, found.table, found.photo, found.image_area) == (1, 0, 0, 0)
    assert (found.horizontal_rules, found.vertical_rules) == (0, 0)
    assert 0.02 < found.ink < 0.2
    assert 0.3 < found.top_ink < 0.6
    assert 0.008 < found.line_height < 0.018
    assert found.font_ratio == pytest.approx(1, abs=0.1)


def test_two_columns_are_counted():
    column = "about forty letters stand in a line here"
    found = measure(pdf_samples.pdf(lines(50, column) + lines(320, column)))
    assert found.columns == 2


def test_a_ruled_table_has_rules_and_cells():
    rules = b"".join(b"50 %d 500 0.8 re f " % y for y in range(300, 700, 40))
    rules += b"".join(b"%d 300 0.8 360 re f " % x for x in (50, 200, 350, 550))
    found = measure(pdf_samples.pdf(rules + lines(60, "12") + lines(210, "34") + lines(360, "56")))
    assert (found.horizontal_rules, found.vertical_rules) == (10, 4)
    assert found.table > 0.5


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
    assert found.top_ink > 0.5


def test_large_letters_raise_the_font_ratio():
    heading = b"BT /F1 40 Tf 50 790 Td (Title) Tj ET "
    assert measure(pdf_samples.pdf(heading + lines(50, "small letters", 20))).font_ratio > 3


def test_words_and_digits_are_counted():
    assert measure(pdf_samples.pdf("x"), "Total 12 of 34 EUR").words == 5
    assert measure(pdf_samples.pdf("x"), "Total 12 of 34 EUR").digits == pytest.approx(
        4 / 14, abs=0.001
    )
    assert measure(pdf_samples.pdf("x"), "請求書の番号 一二三").words == 2 + 9 // 2


def test_a_large_picture_is_reduced():
    shades = np.full((3000, 2000), 250, dtype=np.uint8)
    shades[300:900, 100:1900] = 0
    found = measure_picture(shades, 3, "some words")
    assert (found.page, found.aspect, found.image_area, found.words) == (3, 0.667, 1.0, 2)
    assert found.ink == pytest.approx(0.18, abs=0.01)
    assert measure_picture(shades, 3, "some words") == found


def test_pages_of_unreasonable_size_are_measured_quickly_or_not():
    for box in (b"0 0 200000 200000", b"0 0 200000 1", b"0 0 0.01 0.01"):
        data = pdf_samples.pdf("Hello").replace(b"0 0 595 842", box)
        document = pypdfium2.PdfDocument(data)
        start = time.process_time()
        found = PdfLayouts(document).measure(0, "Hello")
        document.close()
        assert found is None or found.words == 1
        assert time.process_time() - start < 5


def test_a_page_that_draws_for_too_long_has_no_layout():
    document = pypdfium2.PdfDocument(pdf_samples.pdf(b"0 0 m 500 700 l S " * 20_000, "Hello"))
    page = document[0]
    try:
        assert measure_pdf_page(page, 0, "", seconds=0.01) is None
        assert measure_pdf_page(page, 0, "", seconds=60) is not None
    finally:
        page.close()
    assert PdfLayouts(document, seconds=0).measure(1, "Hello") is None
    assert PdfLayouts(document).measure(1, "Hello") is not None
    document.close()


def test_layouts_are_measured_in_multimodal_mode_only():
    data = pdf_samples.pdf("One", "Two", "Three")
    assert read_pdf(sample_files.source(data)).layouts == ()
    found = read_pdf(sample_files.source(data, asked=MULTIMODAL)).layouts
    assert [layout.page for layout in found] == [0, 1, 2]
    chosen = sample_files.request(target_pages=(2,), mode="MULTIMODAL")
    assert [
        layout.page for layout in read_pdf(sample_files.source(data, asked=chosen)).layouts
    ] == [2]


def test_layouts_of_frames_are_measured_in_multimodal_mode_only():
    frames = [pictures.draw(["Total 412.50"]), pictures.draw([]), pictures.draw(["Thank you"])]
    data = pictures.save(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    assert read_image(sample_files.source(data, ocr=tesseract())).layouts == ()
    found = read_image(sample_files.source(data, asked=MULTIMODAL, ocr=tesseract())).layouts
    assert [(layout.page, layout.image_area) for layout in found] == [(0, 1.0), (2, 1.0)]
    assert found[1].words == 2


@pytest.mark.parametrize(
    ("changes", "traits"),
    [
        ({}, ()),
        ({"image_area": 0.9, "photo": 0.6}, (Trait.PHOTOGRAPH,)),
        (
            {"image_area": 1, "photo": 0.6, "aspect": 1.58, "words": 0},
            (Trait.PHOTOGRAPH, Trait.CARD),
        ),
        ({"aspect": 0.4, "image_area": 1}, (Trait.STRIP,)),
        ({"aspect": 1.33, "words": 40}, (Trait.SLIDE,)),
        ({"columns": 2}, (Trait.TWO_COLUMNS,)),
        ({"columns": 2, "words": 90}, ()),
        ({"horizontal_rules": 15}, (Trait.RULED_FORM,)),
        ({"table": 0.4, "horizontal_rules": 8, "vertical_rules": 5}, (Trait.TABLE,)),
        ({"table": 0.8}, ()),
        ({"table": 0.8, "digits": 0.3}, (Trait.TABLE,)),
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
    columns = dataclasses.replace(PLAIN, columns=2)
    assert find_traits([PLAIN, columns, columns]) == (Trait.TWO_COLUMNS,)
    assert find_traits([PLAIN, PLAIN, columns]) == ()
    assert all(str(trait) == trait.value for trait in Trait)
