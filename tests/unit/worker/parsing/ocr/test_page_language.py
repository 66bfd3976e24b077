"""Without a given language, pages are read in the language that they show."""

import pytest
from PIL import Image

from tests.unit.worker.parsing import pictures
from tests.unit.worker.parsing.ocr.scans import INSTALLED, Fixed, words
from tests.unit.worker.parsing.ocr.test_language_check import ENGLISH, GERMAN
from worker.parsing.ocr.engine import Orientation, Recognised
from worker.parsing.ocr.installed import OcrChoice
from worker.parsing.ocr.page_reader import Ocr
from worker.parsing.ocr.picture import OcrPicture
from worker.parsing.ocr.tesseract import Tesseract

PAGE = OcrPicture(pictures.draw(pictures.ENGLISH))
DEFAULT = OcrChoice(
    "en", ("eng",), is_default=True, others={"de": ("deu",), "ru": ("rus", "eng"), "th": ("tha",)}
)
NO_OTHERS = OcrChoice("en", ("eng",), is_default=True)
AS_ENGLISH = Recognised(GERMAN, 90.0)
AS_GERMAN = Recognised(GERMAN, 95.0)
CYRILLIC = Orientation(0, 9.0, "Cyrillic", 3.0)


class Engines:
    """Opens engines that have their answers ready, and notes for which models."""

    def __init__(self, *answers: Recognised, direction: Orientation | None = None) -> None:
        self.engine = Fixed(*answers, direction=direction)
        self.opened: list[tuple[str, ...]] = []

    def __call__(self, models: tuple[str, ...]) -> Fixed:
        self.opened.append(models)
        return self.engine


def test_a_page_in_another_language_is_read_again():
    english, others = Fixed(AS_ENGLISH), Engines(AS_GERMAN)
    ocr = Ocr(DEFAULT, english, open_engine=others)
    assert ocr.read(0, lambda: PAGE) == AS_GERMAN
    assert others.opened == [("deu",)]
    assert ocr.warnings() == []


def test_the_next_pages_are_read_in_the_language_of_the_first():
    english, others = Fixed(AS_ENGLISH), Engines(AS_GERMAN)
    ocr = Ocr(DEFAULT, english, open_engine=others)
    for index in range(3):
        ocr.read(index, lambda: PAGE)
    assert (len(english.seen), len(others.engine.seen)) == (1, 3)


def test_a_page_in_the_first_language_is_read_in_it_again():
    english = Fixed(AS_ENGLISH, Recognised(ENGLISH, 95.0))
    others = Engines(AS_GERMAN, Recognised(ENGLISH, 80.0))
    ocr = Ocr(DEFAULT, english, open_engine=others)
    ocr.read(0, lambda: PAGE)
    assert ocr.read(1, lambda: PAGE) == Recognised(ENGLISH, 95.0)
    assert ocr.warnings() == []


def test_the_better_reading_is_kept():
    worse = Recognised(GERMAN, 60.0)
    ocr = Ocr(DEFAULT, Fixed(AS_ENGLISH), open_engine=Engines(worse))
    assert ocr.read(0, lambda: PAGE) == AS_ENGLISH


def test_another_script_is_read_at_its_resolution():
    english = Fixed(Recognised("XYZ", 30.0), direction=Orientation(0, 9.0, "Thai", 3.0))
    others = Engines(Recognised("\u0e01\u0e02", 90.0))
    asked = []
    ocr = Ocr(DEFAULT, english, open_engine=others)

    def render() -> OcrPicture:
        asked.append(ocr.dpi)
        return PAGE

    assert ocr.read(0, render).text == "\u0e01\u0e02"
    assert asked == [150, 200]
    assert ocr.warnings() == []


def test_a_missing_language_is_named_with_its_package():
    ocr = Ocr(NO_OTHERS, Fixed(AS_ENGLISH))
    assert ocr.read(0, lambda: PAGE) == AS_ENGLISH
    (warning,) = ocr.warnings()
    assert warning == (
        "page 1 seems to be in German (de), and OCR for German (de) is not installed:"
        " install tesseract-ocr-deu"
    )


def test_a_missing_script_is_named_with_its_package():
    ocr = Ocr(NO_OTHERS, Fixed(Recognised("XYZ", 30.0), direction=CYRILLIC))
    ocr.read(0, lambda: PAGE)
    assert ocr.warnings()[0] == (
        "page 1 seems to be in Cyrillic script, and OCR for Russian (ru) is not installed:"
        " install tesseract-ocr-rus"
    )


def test_a_given_language_is_obeyed():
    choice = OcrChoice("en", ("eng",))
    others = Engines(AS_GERMAN)
    ocr = Ocr(choice, Fixed(AS_ENGLISH), open_engine=others)
    assert ocr.read(0, lambda: PAGE) == AS_ENGLISH
    assert others.opened == []
    assert len(ocr.warnings()) == 1


def test_german_pages_are_read_in_german():
    choice = INSTALLED.choose(None)
    assert choice.others == {"de": ("deu",)}
    english = Tesseract(choice.models, choice.files)
    ocr = Ocr(choice, english, open_engine=lambda models: Tesseract(models, choice.files))
    letter = [*pictures.GERMAN, "Die Rechnung ist mit der Post und per Fax an Sie gegangen"]
    page = OcrPicture(pictures.draw(letter, width=900))
    found = ocr.read(0, lambda: page)
    assert words(found.text) == words(" ".join(letter))
    assert ocr.warnings() == []


@pytest.mark.parametrize("ink", [0, 255])
def test_only_a_page_with_ink_and_no_text_is_a_warning(ink):
    picture = Image.new("L", (400, 300), 255)
    picture.paste(ink, (100, 100, 300, 200))
    ocr = Ocr(NO_OTHERS, Fixed(Recognised("", 0.0)))
    assert ocr.read(2, lambda: OcrPicture(picture)).text == ""
    expected = "no text was found on page 3 although something is printed or drawn there"
    assert ocr.warnings() == ([expected] if ink == 0 else [])
