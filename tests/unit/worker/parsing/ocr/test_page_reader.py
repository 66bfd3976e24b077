"""Pictures of text are read, with the models that come with the package."""

from dataclasses import replace

import pytest
from PIL import Image, ImageChops, ImageDraw

from app.errors import FileErrorCode
from devtools import pdf_samples, sample_files
from tests.unit.worker.parsing import pictures
from tests.unit.worker.parsing.ocr.scans import (
    INSTALLED,
    PAGE,
    Fixed,
    read,
    refused,
    scan,
    tesseract,
    words,
)
from worker.parsing.document import TextSource
from worker.parsing.ocr.engine import Orientation, Recognised
from worker.parsing.ocr.installed import OcrData
from worker.parsing.ocr.page_reader import Ocr
from worker.parsing.ocr.tesseract import Tesseract, normalise_letters, open_models


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_each_kind_of_picture_is_read(kind):
    found = read(pictures.save(pictures.draw(pictures.ENGLISH[:2]), kind))
    (page,) = found.pages
    assert words(page.text) == words(" ".join(pictures.ENGLISH[:2]))
    assert page.source is TextSource.OCR
    assert page.confidence is not None
    assert page.confidence > 80
    assert (found.total_pages, found.warnings) == (1, ())


def test_german_is_read():
    found = read(pictures.save(pictures.draw(pictures.GERMAN)), tesseract("de"))
    assert words(found.pages[0].text) == words(" ".join(pictures.GERMAN))


def test_a_scanned_pdf_is_read():
    found = read(scan(pictures.draw(pictures.ENGLISH), pictures.draw(["Page two", "of two"])))
    assert [page.source for page in found.pages] == [TextSource.OCR] * 2
    assert words(found.pages[0].text) == words(" ".join(pictures.ENGLISH))
    assert words(found.pages[1].text) == ["Page", "two", "of", "two"]
    assert found.pages[0].width == 595.0
    assert found.warnings == ()


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_turned_photographs_are_read(degrees):
    turned = pictures.draw(pictures.ENGLISH).rotate(degrees, expand=True)
    found = read(pictures.save(turned, "JPEG"))
    assert words(found.pages[0].text) == words(" ".join(pictures.ENGLISH))


def test_an_upside_down_page_is_read_without_the_orientation_model():
    models = {name: path for name, path in INSTALLED.models.items() if name != "osd"}
    turned = pictures.draw(pictures.ENGLISH).rotate(180)
    found = read(pictures.save(turned), tesseract(data=replace(INSTALLED, models=models)))
    assert words(found.pages[0].text) == words(" ".join(pictures.ENGLISH))


def test_the_orientation_of_the_camera_is_used():
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = pictures.draw(pictures.ENGLISH).rotate(90, expand=True)
    upright = pictures.save(turned, "JPEG", exif=exif)
    engine = Fixed(Recognised("Seen", 90.0))
    read(upright, Ocr(INSTALLED.choose("en"), engine))
    (seen,) = engine.seen
    assert seen.width > seen.height


def test_unevenly_lit_pages_are_read():
    page = pictures.draw(pictures.ENGLISH).point(lambda shade: shade // 2 + 100)
    shadow = Image.linear_gradient("L").resize(page.size).point(lambda shade: shade // 3 + 170)
    lit = Image.new("L", page.size)
    lit.paste(page, mask=shadow)
    choice = INSTALLED.choose("en")
    engine = Tesseract(choice.models, choice.files)
    assert "Invoice number" not in engine.read(lit, 150, 10).text
    assert "Invoice number" in engine.read(lit, 150, 10, is_shaded=True).text


@pytest.mark.parametrize("shade", [lambda ink: ink * 4 // 9, lambda ink: ink // 4 + 191])
def test_parts_in_a_grey_box_and_faint_ones_are_read(shade):
    page = Image.new("L", (660, 520), 255)
    page.paste(pictures.draw(pictures.ENGLISH), (10, 10))
    page.paste(pictures.draw(["Total amount in grey: 4711.50"]).point(shade), (10, 320))
    (read_page,) = read(pictures.save(page)).pages
    assert "4711" in read_page.text.splitlines()[0]
    assert "4711.50" in read_page.text.splitlines()[-1]


def test_letters_at_the_edge_of_a_shadow_and_over_other_print_are_read():
    page = pictures.draw(pictures.ENGLISH)
    grounds = [Image.new("L", page.size, 255) for _ in range(3)]
    shadow, watermark, ruling = map(ImageDraw.Draw, grounds)
    for at in range(60):
        shadow.rectangle((320 + at, 0, 999, 999), fill=255 - at * 166 // 60)
    watermark.text((90, -60), "M", fill=120, font_size=400)
    for at in range(0, 640, 16):
        ruling.line([(at, 0), (at, 640)], 120, 2)
        ruling.line([(0, at), (640, at)], 120, 2)
    for ground in grounds:
        (found,) = read(pictures.save(ImageChops.multiply(page, ground))).pages
        assert found.text.split() == " ".join(pictures.ENGLISH).split()


def test_frames_are_pages():
    frames = [pictures.draw([f"This is page {number}"]) for number in ("one", "two", "three")]
    tiff = pictures.save(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    found = read(tiff, asked=sample_files.request(target_pages=(2, 0, 9)))
    assert [(page.index, page.text) for page in found.pages] == [
        (0, "This is page one"),
        (2, "This is page three"),
    ]
    assert found.total_pages == 3


@pytest.mark.parametrize(
    "picture",
    [
        Image.new("RGBA", (300, 100), (0, 0, 0, 0)),
        Image.new("I;16", (300, 100), 65000),
        Image.new("1", (300, 100), 1),
        Image.new("L", (300, 5), 255),
    ],
    ids=["transparent", "16 bits", "1 bit", "flat"],
)
def test_blank_pictures_are_pages_without_text_even_without_ocr(picture):
    for ocr in (sample_files.no_ocr(), tesseract()):
        (page,) = read(pictures.save(picture), ocr).pages
        assert (page.text, page.source, page.confidence) == ("", TextSource.NONE, None)


def test_letters_on_a_transparent_background_are_read():
    ink = pictures.draw(["Total amount"]).point(lambda shade: 255 - shade)
    page = Image.new("RGBA", ink.size, (0, 0, 0, 255))
    page.putalpha(ink)
    assert read(pictures.save(page)).pages[0].text == "Total amount"


def test_pictures_of_sixteen_bits_a_pixel_are_read():
    page = pictures.draw(["Total amount"]).convert("I").point(lambda shade: shade * 257)
    assert read(pictures.save(page.convert("I;16"))).pages[0].text == "Total amount"


def test_pictures_without_words_have_no_text():
    noise = Image.radial_gradient("L").resize((300, 300))
    (page,) = read(pictures.save(noise)).pages
    assert (page.text, page.source) == ("", TextSource.NONE)


def test_large_pictures_are_made_smaller_and_small_ones_larger():
    engine = Fixed(Recognised("Seen", 90.0))
    ocr = Ocr(INSTALLED.choose("en"), engine)
    for width, height in ((5000, 4000), (500, 1000), (2000, 1000), (2000, 9000)):
        read(pictures.save(pictures.draw(["Seen"]).resize((width, height))), ocr)
    assert [seen.size for seen in engine.seen] == [
        (2500, 2000),
        (1000, 2000),
        (2000, 1000),
        (991, 4460),
    ]


def test_small_letters_on_a_large_picture_are_read_in_a_finer_size():
    lines = [f"{number} Steel brackets and wooden shelves" for number in range(100, 140)]
    large = Image.new("L", (4000, 3000), 255)
    large.paste(pictures.draw(lines, size=16), (100, 100))
    found = set(words(read(pictures.save(large)).pages[0].text))
    expected = set(words(" ".join(lines)))
    assert len(found & expected) > 0.8 * len(expected)


POOR, FAIR, GOOD = Recognised("poor", 20.0), Recognised("fair", 50.0), Recognised("good", 90.0)
UPSIDE_DOWN = Orientation(180, 9.0, "Latin", 3.0)
FOREIGN = (
    "page 1 seems to be in Cyrillic script, which OCR for English (en) cannot read well:"
    " give the job another `lang`"
)
MISSING = "OCR for French (fr) is not installed: install tesseract-ocr-fra; eng was used instead"
UPRIGHT_CYRILLIC = Orientation(0, 9.0, "Cyrillic", 3.0)


@pytest.mark.parametrize(
    ("answers", "direction", "readings", "best"),
    [
        ((GOOD,), None, 1, GOOD),
        ((POOR, GOOD), None, 2, GOOD),
        ((POOR, GOOD), UPSIDE_DOWN, 2, GOOD),
        ((POOR, FAIR, POOR), UPSIDE_DOWN, 3, FAIR),
        ((FAIR, POOR, POOR), UPSIDE_DOWN, 3, FAIR),
        ((POOR, FAIR), UPRIGHT_CYRILLIC, 2, FAIR),
        ((Recognised("half", 30.0, is_whole=False), GOOD), UPSIDE_DOWN, 1, None),
    ],
)
def test_hard_pages_are_read_again(answers, direction, readings, best):
    engine = Fixed(*answers, direction=direction)
    found = read(PAGE, Ocr(INSTALLED.choose("en"), engine))
    assert len(engine.seen) == readings
    best = best or answers[0]
    assert (found.pages[0].text, found.pages[0].confidence) == (best.text, best.confidence)


@pytest.mark.parametrize(
    ("answer", "direction", "lang", "warnings"),
    [
        (GOOD, UPRIGHT_CYRILLIC, "en", ()),
        (FAIR, UPSIDE_DOWN, "en", ()),
        (FAIR, UPRIGHT_CYRILLIC, "ru", ()),
        (FAIR, replace(UPRIGHT_CYRILLIC, confidence=0.2), "en", ()),
        (FAIR, replace(UPRIGHT_CYRILLIC, script_confidence=0.2), "en", ()),
        (FAIR, replace(UPRIGHT_CYRILLIC, degrees=180), "en", ()),
        (Recognised("well", 70.0), UPRIGHT_CYRILLIC, "en", ()),
        (Recognised("well", 70.0), replace(UPRIGHT_CYRILLIC, confidence=20.0), "en", (FOREIGN,)),
        (FAIR, replace(UPRIGHT_CYRILLIC, script="Japanese"), "ch_sim", ()),
        (
            FAIR,
            UPRIGHT_CYRILLIC,
            "en",
            (FOREIGN,),
        ),
        (POOR, None, "en", ("OCR could hardly read page 1",)),
        (
            Recognised("", 0.0),
            None,
            "en",
            ("no text was found on page 1 although something is printed or drawn there",),
        ),
        (
            Recognised("half", 90.0, is_whole=False),
            None,
            "en",
            ("OCR of page 1 took too long and is incomplete",),
        ),
    ],
)
def test_hard_pages_give_warnings(answer, direction, lang, warnings):
    choice = replace(INSTALLED.choose(lang), warning=None)
    found = read(PAGE, Ocr(choice, Fixed(answer, direction=direction)))
    assert found.warnings == warnings


def test_pages_beyond_the_time_for_ocr_are_left_out():
    granted = iter([10.0, None, None])
    ocr = Ocr(INSTALLED.choose("en"), Fixed(GOOD), lambda: next(granted))
    found = read(scan(*[pictures.draw(["Page"])] * 3), ocr)
    assert [page.source for page in found.pages] == [TextSource.OCR, *[TextSource.NONE] * 2]
    assert found.warnings == ("pages 2 and 3 could only be read by OCR: it would take too long",)


def test_a_missing_language_is_a_warning():
    found = read(pictures.save(pictures.draw(pictures.ENGLISH)), tesseract("fr"))
    assert words(found.pages[0].text) == words(" ".join(pictures.ENGLISH))
    assert found.warnings == (MISSING,)


def test_a_missing_language_does_not_matter_to_text():
    assert read(pdf_samples.pdf("A page with a text layer"), tesseract("fr")).warnings == ()


def test_pictures_without_ocr_are_ocr_unavailable():
    for data in (pictures.save(pictures.draw(["Total"])), scan(pictures.draw(["Total"]))):
        error = refused(data)
        assert error.code == FileErrorCode.OCR_UNAVAILABLE
        assert error.sentence.endswith(" and no OCR is installed")


def test_pictures_with_too_many_pixels_are_too_large():
    error = refused(pictures.save(pictures.draw(["Total"])), image_pixels=1000)
    assert error.code == FileErrorCode.TOO_LARGE
    assert error.sentence.startswith("the image has 640 x ")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_damaged_pictures_are_corrupt(kind):
    whole = pictures.save(pictures.draw(pictures.ENGLISH), kind)
    assert refused(whole[:60], tesseract()).code == FileErrorCode.CORRUPT


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF"])
def test_a_picture_that_is_cut_off_is_read_as_far_as_it_goes(kind):
    whole = pictures.save(pictures.draw(pictures.ENGLISH), kind)
    found = read(whole[: len(whole) * 3 // 4])
    assert "Invoice number 4711" in found.pages[0].text
    assert pictures.ENGLISH[-1] not in found.pages[0].text
    assert found.warnings == ("the image of page 1 is cut off: its end is lost",)
    assert found.lost_parts == 1


def test_a_picture_that_is_cut_off_before_any_text_is_corrupt():
    blank = pictures.save(Image.new("L", (640, 200), 255), "BMP")
    assert refused(blank[: len(blank) // 2], tesseract()).code == FileErrorCode.CORRUPT


def test_one_damaged_frame_is_a_warning():
    frames = [pictures.draw([word]) for word in ("First", "Second")]
    tiff = pictures.save(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    found = read(tiff[: -len(tiff) // 4])
    assert [page.text for page in found.pages] == ["First", ""]
    assert found.warnings[0] == "the image of page 2 is cut off: its end is lost"
    assert found.lost_parts == 1


def test_a_damaged_model_is_ocr_unavailable(tmp_path):
    broken = tmp_path / "eng.traineddata"
    broken.write_bytes(b"no model")
    Tesseract.load_ahead(("eng",), {"eng": str(broken)})
    ocr = tesseract(data=OcrData({"eng": broken}, "tesserocr"))
    error = refused(pictures.save(pictures.draw(["Total"])), ocr)
    assert error.code == FileErrorCode.OCR_UNAVAILABLE
    assert error.sentence.startswith("the file is an image and OCR cannot load its models (eng)")


def test_open_models_are_read_without_their_directories():
    choice = INSTALLED.choose("en")
    places = open_models(choice.files)
    assert set(places) == {"eng", "osd"}
    assert places["eng"] != choice.files["eng"]
    engine = Tesseract(choice.models, places)
    assert engine.read(pictures.draw(["Total"]), 150, 10).text == "Total"


def test_models_that_were_loaded_ahead_are_not_loaded_again(monkeypatch):
    monkeypatch.setattr(Tesseract, "_loaded", {})
    choice = INSTALLED.choose("en")
    Tesseract.load_ahead(choice.models, choice.files)
    engine = Tesseract(choice.models, {"eng": "/nowhere/eng.traineddata"})
    assert engine.read(pictures.draw(["Total"]), 150, 10).text == "Total"


@pytest.mark.parametrize(("size", "dpi"), [((900, 1000), 300), ((1200, 1000), 150)])
def test_an_enlarged_picture_has_a_higher_resolution(size, dpi):
    page = Image.new("L", size, 255)
    page.paste(0, (100, 100, 300, 120))
    engine = Fixed(Recognised("Total", 95.0))
    read(pictures.save(page), Ocr(INSTALLED.choose("en"), engine))
    assert engine.dpi == [dpi]


def test_letters_as_people_write_them():
    assert normalise_letters("\u200elad\u200f \u202aA\u202c", "ara") == "lad A"
    assert normalise_letters("\u0e19\u0e4d\u0e32", "tha") == "\u0e19\u0e33"
    assert normalise_letters("\u0643\u064a", "fas") == "\u06a9\u06cc"
    assert normalise_letters("\u0643\u064a", "ara") == "\u0643\u064a"
