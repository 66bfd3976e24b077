"""Pages in nineteen languages and ten scripts, read through the sandbox as jobs read them."""

import io
from collections.abc import Iterator

import pytest

from app.jobs.pages import PageSelection
from app.settings import load_settings
from tests.ocr.pages import SAMPLES, TIMES, Sample, draw, error_rate
from worker.parsing.document import Document
from worker.parsing.ocr.installed import find_ocr
from worker.parsing.ocr.models import OCR_LANGUAGES, name_language
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox.parser import SandboxedParser


@pytest.fixture(scope="module")
def parser() -> Iterator[SandboxedParser]:
    with SandboxedParser(ocr=find_ocr(load_settings().ocr_data_dir)) as parser:
        yield parser


def read(parser: SandboxedParser, sample: Sample, lang: str | None, *look: int) -> Document:
    request = ParseRequest(PageSelection(), lang)
    return parser.parse(io.BytesIO(draw(sample, *look)), "", request)


def in_languages(*langs: str) -> list[Sample]:
    return [sample for sample in SAMPLES if sample.lang in langs]


def in_other_scripts(*scripts: str) -> list[Sample]:
    return [sample for sample in SAMPLES if OCR_LANGUAGES[sample.lang].script.name not in scripts]


def test_the_measure_of_errors() -> None:
    assert error_rate("a b c d", "abcd") == 0
    assert error_rate("abxd", "abcd") == error_rate("abd", "abcd") == 0.25
    assert error_rate("", "abcd") == 1


def test_enough_languages_and_scripts() -> None:
    assert len(SAMPLES) >= 12
    assert len({OCR_LANGUAGES[sample.lang].script.name for sample in SAMPLES}) >= 6


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.lang)
def test_read_in_the_right_language(parser: SandboxedParser, sample: Sample) -> None:
    found = read(parser, sample, sample.lang)

    assert error_rate(found.pages[0].text, sample.text * TIMES) <= sample.errors
    assert found.warnings == ()


@pytest.mark.parametrize("width", [800, 900, 1300])
@pytest.mark.parametrize("sample", in_languages("ar"), ids=lambda sample: sample.lang)
def test_no_line_is_lost(parser: SandboxedParser, sample: Sample, width: int) -> None:
    found = read(parser, sample, sample.lang, width, 38)

    assert error_rate(found.pages[0].text, sample.text * TIMES) <= sample.errors


@pytest.mark.parametrize("sample", in_languages("ja", "ch_sim", "th"), ids=lambda found: found.lang)
def test_a_small_picture_is_read_as_well(parser: SandboxedParser, sample: Sample) -> None:
    found = read(parser, sample, sample.lang, 800, 38)

    assert error_rate(found.pages[0].text, sample.text * TIMES) <= sample.errors


@pytest.mark.parametrize("sample", in_other_scripts("Latin"), ids=lambda sample: sample.lang)
def test_the_default_language_for_another_script_is_a_warning(
    parser: SandboxedParser, sample: Sample
) -> None:
    assert read(parser, sample, "en").warnings


@pytest.mark.parametrize(
    "sample", in_other_scripts("Latin", "Cyrillic"), ids=lambda sample: sample.lang
)
def test_a_third_script_is_a_warning(parser: SandboxedParser, sample: Sample) -> None:
    assert read(parser, sample, "ru").warnings


@pytest.mark.parametrize(
    ("sample", "lang"),
    [(sample, "de") for sample in in_languages("en")]
    + [(sample, "en") for sample in in_languages("de", "fr", "es")],
    ids=lambda value: getattr(value, "lang", value),
)
def test_another_language_in_the_same_script_is_a_warning(
    parser: SandboxedParser, sample: Sample, lang: str
) -> None:
    (warning,) = read(parser, sample, lang).warnings
    assert warning.startswith(f"page 1 seems to be in {name_language(sample.lang)}, but OCR read")


# Turkish and Vietnamese letters that the model of English misreads hide the common words.
@pytest.mark.parametrize(
    "sample",
    in_languages("en", "de", "fr", "es", "pl", "ru", "uk", "ar", "fa", "hi", "th", "ja", "ch_sim"),
    ids=lambda sample: sample.lang,
)
def test_without_a_language_the_page_shows_it(parser: SandboxedParser, sample: Sample) -> None:
    found = read(parser, sample, None)

    # Dense scripts in a picture are read as well as with their language, at one size.
    assert error_rate(found.pages[0].text, sample.text * TIMES) <= sample.errors
    assert found.warnings == ()
