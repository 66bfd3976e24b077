"""Every language says the same, and every text that pages ask for exists."""

import re
from pathlib import Path

import pytest

import app.console
from app.console.texts import DEFAULT, choose_language, codes, load
from app.errors import FileErrorCode
from app.lint.values import HintKind
from worker.classification.knowledge.base import load_knowledge

FOLDER = Path(app.console.__file__).parent
PLACEHOLDERS = re.compile(r"\{(\w+)\}")
ASKED = re.compile(r"""\bt\(\s*"([a-z_.A-Z]+)"(\s*~)?""")


def asked_texts() -> set[tuple[str, bool]]:
    """Return the keys in templates, and whether they are only the beginning of one."""
    return {
        (key, bool(more))
        for path in (FOLDER / "templates").iterdir()
        for key, more in ASKED.findall(path.read_text("utf-8"))
    }


@pytest.mark.parametrize("code", codes())
def test_each_language_has_each_text_with_the_same_values(code: str) -> None:
    english, language = load("en").texts, load(code).texts

    assert set(language) == set(english)
    for key, text in english.items():
        assert sorted(PLACEHOLDERS.findall(language[key])) == sorted(PLACEHOLDERS.findall(text)), (
            key
        )
        assert language[key].strip() == language[key]


@pytest.mark.parametrize("code", [code for code in codes() if code != DEFAULT])
def test_each_type_that_the_classifier_knows_has_a_name_of_its_own(code: str) -> None:
    names = load(code).known_types

    assert set(names) == {known.name for known in load_knowledge().types}
    assert len(set(names.values())) == len(names)


def test_each_text_that_a_page_asks_for_exists() -> None:
    texts = load("en").texts

    assert len(asked_texts()) > 100
    for key, is_beginning in asked_texts():
        if is_beginning:
            assert any(each.startswith(key) for each in texts), key
        else:
            assert key in texts, key


def test_each_reason_of_a_failure_has_advice() -> None:
    for code in FileErrorCode:
        assert {f"failed.{code}", f"failure.{code}"} <= set(load("en").texts)


def test_the_editor_has_a_text_for_each_hint() -> None:
    template = (FOLDER / "templates" / "rules_editor.html").read_text("utf-8")

    for kind in HintKind:
        assert f'"{kind}": t("hint.{kind}")' in template


@pytest.mark.parametrize(
    ("wanted", "accepted", "code"),
    [
        ("", "", "en"),
        ("", "de-AT,de;q=0.9,en;q=0.8", "de"),
        ("", "fr, de;q=0.5", "de"),
        ("en", "de", "en"),
        ("../../etc", "xx", "en"),
        ("", "*", "en"),
    ],
)
def test_the_language_is_the_chosen_one_or_the_first_that_there_is(
    wanted: str, accepted: str, code: str
) -> None:
    assert choose_language(wanted, accepted).code == code


def test_numbers_follow_the_language() -> None:
    english, german = load("en"), load("de")

    assert (english.number(12345.6, 1), german.number(12345.6, 1)) == ("12,345.6", "12.345,6")
    assert (english.percent(0.984), german.percent(0.984)) == ("98%", "98 %")
    assert (english.size(1_500_000), german.size(1_500_000)) == ("1.4 MiB", "1,4 MiB")
    assert english.text("job.files", count=1) == "1 file"
    assert english.text("job.files", count=1200) == "1,200 files"


def test_percentages_are_rounded_down_and_only_impossibility_is_0() -> None:
    english = load("en")

    assert [english.percent(share) for share in (1, 0.9999, 0.29, 0.975, 0.0001, 0)] == [
        "100%",
        "99%",
        "29%",
        "97%",
        "<1%",
        "0%",
    ]
    assert load("de").percent(0.6019, 1) == "60,1 %"
