"""Reasoning in other languages than English: every line that the program is known to write."""

import re
from pathlib import Path

import pytest

from app.console.reasoning_texts import (
    TranslatedLine,
    failure_advice,
    failure_sentence,
    translate_line,
)
from app.console.texts import DEFAULT, codes, load
from app.errors import FileErrorCode
from app.files.sniff.unsupported import name_unsupported
from app.jobs.values import FileFailure

SNIFF = Path(__file__).parents[4] / "app" / "files" / "sniff"
CHECKOUT = Path(__file__).parents[4]
PAGE = CHECKOUT / "docs" / "reference" / "reasoning.md"
KNOWLEDGE = CHECKOUT / "worker" / "classification" / "data" / "knowledge"
RESULT = re.compile(r"^```text\n(.*?)\nDetails:", re.MULTILINE | re.DOTALL)
# What the page has no document for.
RARE = [
    (
        'No type, so it gets your catch-all "other": nothing readable was found in it. Please'
        " look at the document itself."
    ),
    (
        "No type, because you ask for at least 92.5% (min_confidence): none of your rules fits"
        ' (91%), please check. It looks most like "novel", for which you have no rule.'
    ),
    'Likely not "contract", your only rule (83%).',
    'It calls itself “Facture” (page 1), a name for "tax invoice", which your rule "a" includes.',
    (
        'Warning: your rules "a" and "b" and "c" mean nearly the same: merge them, or say in each'
        " description what sets it apart; there is little text to go by, only 1 character; and 2"
        " more, named in the details."
    ),
    'Warning: 1 of 3 examples of "bill" could not be read, or were deleted, and did not count.',
    "Warning: the text is mostly in Cyrillic script, which the model was not trained on.",
    "Warning: OCR could hardly read pages 1, 3-5 and 9.",
    'It was also compared with your 1 example of "bill".',
    '"x" is a type of your own, known from your description alone: examples of it would help.',
    'If "bill" is right, say in its description what this document contains.',
    (
        'Your description of "a" and "b" excludes something that this looks more like, which counts'
        " against it."
    ),
    "It has the shape of an identity card. 1 of 3 pages was read, by OCR (text recognition).",
    "All of it was read: 12 pages, 3 of them by OCR.",
    "Only the first 3 of 23 pages were read, 2 of them by OCR. That is enough for a verdict.",
    'You filed this very document as "a" (a (2).pdf). Without your label no rule would fit (9%).',
    (
        "You filed this very document as fitting no rule (a.pdf). Without your label it would be"
        ' "b" (9%).'
    ),
    'You filed a near copy of this document as "a" (b.pdf), for which you have no rule.',
    "You filed a near copy of this document as fitting no rule (b.pdf).",
    (
        'You filed copies of it differently, a.pdf as "a" and b.pdf as "b": correct one. Your'
        ' corrections counted. The most alike is a (1).pdf, labelled as "a": “due (now)”.'
    ),
    'You filed copies of it differently, a.pdf as "a" and b.pdf as fitting no rule: correct one.',
    'You filed copies of it differently, a.pdf as fitting no rule and b.pdf as "a": correct one.',
    (
        'Your corrections changed the answer: without them it would be "a" (53%). The most alike is'
        ' a.pdf, labelled as "b".'
    ),
    (
        "Your corrections changed the answer: without them no rule would fit (53%). The most alike"
        " is a.pdf, labelled as fitting no rule: “due”."
    ),
]


def written_lines() -> list[str]:
    lines = [
        line.removeprefix("- ")
        for result in RESULT.findall(PAGE.read_text("utf-8"))
        for line in result.split("\n")
    ]
    assert len(lines) > 80
    return [*lines, *RARE, *lines_of_acts()]


def lines_of_acts() -> list[str]:
    knowledge = "".join(path.read_text("utf-8") for path in KNOWLEDGE.glob("*.txt"))
    lines = [f"It {act}: “x”, “y”." for act in re.findall(r"^act: (.+)$", knowledge, re.MULTILINE)]
    assert len(lines) > 8
    return lines


@pytest.mark.parametrize("code", [code for code in codes() if code != DEFAULT])
def test_every_line_is_said_in_each_language(code: str) -> None:
    language = load(code)

    assert [line for line in written_lines() if translate_line(line, language).lang] == []


def test_rules_and_quotes_stay_as_they_are_and_known_types_do_not() -> None:
    line = (
        'It calls itself “Total. ” (page 1), due”” (page 2), a name for "credit note", which your'
        ' rule "receipt" includes.'
    )

    said = translate_line(line, load("de"))

    assert said == TranslatedLine(
        "Es nennt sich „Total. ” (page 1), due”“ (Seite 2), ein Name für „Gutschrift“; Ihre"
        " Regel „receipt“ schließt das ein."
    )


def test_counts_and_words_in_a_sentence() -> None:
    said = translate_line(
        'Possibly "letter" (26%): please check; "letter" or "note" is probably right (75%).',
        load("de"),
    )

    assert said.text == (
        "Möglicherweise „letter“ (26 %): bitte prüfen;"
        " vermutlich ist es „letter“ oder „note“ (75 %)."
    )
    assert (
        translate_line("All of it was read: 1 page.", load("de")).text
        == "Alles wurde gelesen: 1 Seite."
    )


def test_other_lines_stay_in_english() -> None:
    line = "Very likely <b>. Nothing that the program writes."

    assert translate_line(line, load("de")) == TranslatedLine(line, "en")
    assert (
        translate_line("None of your rules fits (99%).", load("en")).text
        == "None of your rules fits (99%)."
    )


def test_what_is_not_read_is_named_in_each_language_with_what_to_do() -> None:
    archive = FileFailure(FileErrorCode.UNSUPPORTED_TYPE, name_unsupported(b"7z\xbc\xaf\x27\x1c"))
    other = FileFailure(FileErrorCode.UNSUPPORTED_TYPE, "x are not supported: save the file as PDF")
    english, german = load(DEFAULT), load("de")
    written = "".join(path.read_text("utf-8") for path in SNIFF.glob("*.py"))

    assert failure_sentence(archive, german).startswith("Archive liest der Server nicht: Entpacken")
    assert failure_advice(archive, german) == failure_advice(archive, english) == ""
    assert failure_advice(other, german).startswith("Speichern Sie das Dokument als PDF")
    assert failure_advice(other, english) == ""
    for key, text in english.texts.items():
        assert not key.startswith("unread.") or text[1:-1] in written


def test_a_failure_has_its_particulars_in_english_only() -> None:
    failure = FileFailure(FileErrorCode.CORRUPT, "the file is damaged: its sheets cannot be read")

    shown = "The file is damaged: its sheets cannot be read."
    assert failure_sentence(failure, load(DEFAULT)) == shown
    assert failure_sentence(failure, load("de")) == "Die Datei ist beschädigt."
