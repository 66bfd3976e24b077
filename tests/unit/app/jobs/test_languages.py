import pytest

from app.jobs import languages
from app.jobs.languages import LANGUAGES, resolve_language


def test_there_are_86_languages_each_once() -> None:
    assert len(LANGUAGES) == len(set(LANGUAGES)) == 86


def test_the_less_usual_spellings_are_there() -> None:
    unusual = {"rs_latin", "rs_cyrillic", "ch_sim", "ch_tra", "abq", "sck", "gom", "oc", "en"}
    assert unusual <= set(LANGUAGES)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_code_resolves_to_itself(code: str) -> None:
    assert resolve_language(code) == code


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("EN", "en"),
        ("pt-BR", "pt"),
        ("pt_BR", "pt"),
        (" de ", "de"),
        ("zh", "ch_sim"),
        ("zh-TW", "ch_tra"),
        ("zh-Hant-HK", "ch_tra"),
        ("zh-Hans-CN", "ch_sim"),
        ("sr-Latn-RS", "rs_latin"),
        ("nb", "no"),
    ],
)
def test_a_tag_resolves_to_a_language(given: str, code: str) -> None:
    assert resolve_language(given) == code


@pytest.mark.parametrize("given", ["", "-", "xx", "zxx", "english", "e", "-en", "\u0130"])
def test_what_is_not_a_tag_resolves_to_nothing(given: str) -> None:
    assert resolve_language(given) is None


def test_every_tag_resolves_to_a_known_language() -> None:
    assert {*languages._TAGS.values(), languages.DEFAULT_LANGUAGE} <= set(LANGUAGES)
