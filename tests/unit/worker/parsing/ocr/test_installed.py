"""Which models are found, and which of them a language gets."""

import re
from pathlib import Path

import pytest

from app.jobs.languages import LANGUAGES as CODES
from worker.parsing.ocr.installed import OcrData, find_models, find_ocr
from worker.parsing.ocr.models import OCR_LANGUAGES, package_of

ROOT = Path(__file__).parents[5]


def having(*models: str) -> OcrData:
    return OcrData({model: Path("/models", f"{model}.traineddata") for model in models}, "engine 1")


def put(place: Path, *models: str) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    for model in models:
        (place / f"{model}.traineddata").write_bytes(b"model")
    return place


def test_every_language_has_a_model():
    assert set(OCR_LANGUAGES) == set(CODES)
    assert len(OCR_LANGUAGES) == 86
    for code, language in OCR_LANGUAGES.items():
        assert language.code == code
        assert language.models[0] == language.model
        assert "eng" in language.models


@pytest.mark.parametrize(
    ("code", "models"),
    [
        ("en", ("eng", "Latin")),
        ("de", ("deu", "Latin", "eng")),
        ("pi", ("Latin", "eng")),
        ("ru", ("rus", "Cyrillic", "eng")),
        ("tab", ("Cyrillic", "rus", "eng")),
        ("ang", ("Devanagari", "hin", "eng")),
        ("mni", ("ben", "Bengali", "eng")),
        ("ur", ("urd", "Arabic", "ara", "eng")),
        ("ch_tra", ("chi_tra", "HanT", "eng")),
    ],
)
def test_the_order_of_models(code, models):
    assert OCR_LANGUAGES[code].models == models


@pytest.mark.parametrize(
    ("model", "package"),
    [
        ("eng", "tesseract-ocr-eng"),
        ("chi_sim", "tesseract-ocr-chi-sim"),
        ("srp_latn", "tesseract-ocr-srp-latn"),
        ("Cyrillic", "tesseract-ocr-script-cyrl"),
    ],
)
def test_each_model_has_its_debian_package(model, package):
    assert package_of(model) == package


def test_the_best_model_of_the_language_is_chosen():
    choice = having("eng", "deu", "osd").choose("de")
    assert choice.models == ("deu",)
    assert set(choice.files) == {"deu", "osd"}
    assert choice.warning is None


def test_other_scripts_get_english_too():
    assert having("eng", "rus").choose("ru").models == ("rus", "eng")
    assert having("rus").choose("ru").models == ("rus",)
    assert having("eng", "Cyrillic").choose("che").models == ("Cyrillic",)


def test_the_next_best_model_is_a_warning():
    choice = having("eng", "rus").choose("che")
    assert choice.models == ("rus", "eng")
    assert choice.warning == (
        "OCR for Chechen (che) is not installed: install tesseract-ocr-script-cyrl;"
        " rus was used instead"
    )
    assert having("eng").choose("ja").models == ("eng",)


def test_without_any_model_there_is_a_warning():
    assert OcrData().choose("en").warning == "no OCR is installed"
    choice = having("deu").choose("ja")
    assert choice.models == ()
    assert choice.warning == "OCR for Japanese (ja) is not installed: install tesseract-ocr-jpn"


def test_the_default_has_the_models_of_languages_that_can_be_detected():
    choice = having("eng", "deu", "rus", "ukr", "Cyrillic", "cym", "osd").choose(None)
    assert (choice.lang, choice.models, choice.is_default) == ("en", ("eng",), True)
    assert choice.others == {
        "de": ("deu",),
        "ru": ("rus", "ukr", "eng"),
        "uk": ("ukr", "eng"),
    }
    assert set(choice.files) == {"eng", "deu", "rus", "ukr", "osd"}
    assert choice.version == "engine 1 eng osd deu rus ukr"


def test_a_given_language_has_its_own_models_only():
    choice = having("eng", "deu").choose("en")
    assert (choice.is_default, choice.others) == (False, {})


def test_languages_with_their_best_model_are_listed():
    assert having("eng", "rus", "ben").languages == ("en", "bn", "mni", "ru")
    assert OcrData().languages == ()


def test_the_version_names_the_models(tmp_path):
    place = put(tmp_path, "eng", "fra", "osd")
    before = OcrData(find_models([place]), "engine 1")
    assert before.choose("fr").version == "engine 1 fra:5 osd:5"
    (place / "fra.traineddata").write_bytes(b"another model")
    # As workers do when they start.
    after = OcrData(find_models([place]), "engine 1")
    assert after.choose("fr").version == "engine 1 fra:13 osd:5"
    assert having("eng").choose("en").version == "engine 1 eng"


def test_models_are_found_in_several_directories(tmp_path):
    first = put(tmp_path / "first", "eng", "deu")
    second = put(tmp_path / "second", "eng", "rus")
    put(second / "script", "Cyrillic")
    put(second / "tessdata", "fra")
    (second / "readme.txt").write_bytes(b"")
    found = find_models([first, tmp_path / "none", second])
    assert list(found) == ["Cyrillic", "deu", "eng", "fra", "rus"]
    assert found["eng"].parent == first
    assert found["Cyrillic"].parent == second / "script"


def test_the_image_has_every_model_but_a_large_one():
    needed = {package_of(language.model) for language in OCR_LANGUAGES.values()}
    there = set(re.findall(r"tesseract-ocr-[\w-]+", (ROOT / "Dockerfile").read_text()))
    assert there == (needed - {"tesseract-ocr-script-latn"}) | {"tesseract-ocr-osd"}


def test_models_of_the_package_and_of_a_first_directory_are_found(tmp_path):
    assert {"eng", "deu", "osd"} <= set(find_ocr().models)
    assert find_ocr(put(tmp_path, "deu")).models["deu"].parent == tmp_path
