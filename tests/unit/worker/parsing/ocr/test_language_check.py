import pytest

from app.jobs.languages import LANGUAGES
from tests.unit.worker.classification.sample_texts import TEXTS
from tests.unit.worker.parsing.ocr.scans import INSTALLED, PAGE, Fixed, read
from worker.parsing.ocr.engine import Recognised
from worker.parsing.ocr.language_check import _WORDS, find_other_language
from worker.parsing.ocr.page_reader import Ocr

GERMAN = (
    "Wir danken Ihnen für den Auftrag und bitten Sie, die Rechnung bis zum Ende des Monats auf"
    " unser Konto zu überweisen. Die Ware ist bis dahin im Eigentum der Firma, und sie wird nach"
    " der Zahlung mit der Post an Sie geschickt."
)
ENGLISH = (
    "We thank you for your order and ask you to pay this invoice by the end of the month. All of"
    " the goods are in our possession until you have paid, and will be sent to you by post."
)


@pytest.mark.parametrize(
    ("text", "lang", "found"),
    [
        (GERMAN, "en", "de"),
        (GERMAN.replace("ü", "u"), "fr", "de"),
        (GERMAN, "de", None),
        (ENGLISH, "de", "en"),
        (ENGLISH, "en", None),
        (GERMAN + ENGLISH, "en", None),
        (GERMAN[:60], "en", None),
        ("der " * 40, "en", None),
        ("", "en", None),
        # Nothing is known of this one.
        (ENGLISH, "af", None),
    ],
)
def test_another_language_is_found(text, lang, found):
    assert find_other_language(text, lang) == found


def test_texts_in_the_language_of_the_job_pass():
    codes = {"zh": "ch_sim", "el": "en", "he": "en"}
    for (_, language), text in TEXTS.items():
        assert find_other_language(text * 3, codes.get(language, language)) is None


def test_the_languages_of_the_words_are_those_of_jobs():
    codes = [code for codes in _WORDS for code in codes.split()]
    assert set(codes) <= set(LANGUAGES)
    assert len(codes) == len(set(codes)) == 25


def test_another_language_is_a_warning():
    ocr = Ocr(INSTALLED.choose("en"), Fixed(Recognised(GERMAN, 95.0)))
    (warning,) = read(PAGE, ocr).warnings
    assert warning == (
        "page 1 seems to be in German (de), but OCR read for English (en):"
        " give the job another `lang`"
    )
