"""Languages as clients of version 2 write them."""

import pytest

from app.jobs import language_tags
from app.jobs.language_tags import resolve
from app.jobs.languages import LANGUAGES


@pytest.mark.parametrize("code", LANGUAGES)
def test_our_own_codes_stay(code: str) -> None:
    assert resolve(code) == code


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
def test_tags(given: str, code: str) -> None:
    assert resolve(given) == code


@pytest.mark.parametrize("given", ["", "-", "xx", "el", "english", "e", "-en", "\u0130"])
def test_unknown(given: str) -> None:
    assert resolve(given) is None


def test_every_tag_means_a_language_of_ours() -> None:
    assert {*language_tags._TAGS.values(), language_tags.DEFAULT} <= set(LANGUAGES)
