"""What `pigeonhole quality` prints for people."""

from dataclasses import replace
from uuid import UUID

import pytest

from app.learning.quality import Judgement, advise, measure
from cli.quality import (
    MISTAKES,
    NO_THRESHOLD,
    UNUSED,
    ConflictingLabel,
    RuleAdvice,
    RulesQuality,
    print_quality,
)

WITHOUT = [
    *(Judgement("invoice", "invoice", 0.97) for _ in range(11)),
    Judgement("invoice", "receipt", 0.72),
    Judgement(None, None, 0.6),
    Judgement("poem", None, 0.55, has_rule=False),
]
READY = RulesQuality(
    state="ready",
    project_id=UUID(int=1),
    configuration_id=None,
    job_id=UUID(int=2),
    types=["invoice", "receipt"],
    labels=14,
    error=None,
    engine_version="9.0123456789ab",
    labels_at=None,
    is_current=True,
    is_learning_used=False,
    without_learning=measure(WITHOUT),
    with_learning=measure(WITHOUT[:11]),
    advice=[
        RuleAdvice(each.kind, each.label, each.type, each.files, each.sentence)
        for each in advise(WITHOUT)
    ],
    conflicts=[
        [
            ConflictingLabel(UUID(int=3), "a.pdf", "invoice"),
            ConflictingLabel(UUID(int=4), "\x1b[31mb.pdf", None),
        ]
    ],
)


def printed(found: RulesQuality, capsys: pytest.CaptureFixture[str]) -> list[str]:
    print_quality(found)
    return capsys.readouterr().out.splitlines()


def test_a_report_is_tables_and_advice(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(READY, capsys)

    assert lines[:2] == [
        "Rules: invoice, receipt",
        f"The project has 14 labels. {UNUSED}",
    ]
    assert MISTAKES not in lines
    assert "without labels\t92%\t14\t73 to 98%" in lines
    assert "95%\t0.970\t91%\t100%\t80 to 100%" in lines
    assert "95% to 100%\t11\t97%\t100%\t80 to 100%" in lines
    assert "invoice\t12\t11\tinvoice 11, receipt 1" in lines
    assert "poem\t1\t1\tnone of the rules 1" in lines, "right, because no rule has the type"
    assert "- 1 file has the label 'poem', which no rule has: write one." in lines
    assert lines[-1] == f"- {UUID(int=3)} invoice, {UUID(int=4)} none of the rules"


def test_labels_that_do_not_count_yet_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(replace(READY, is_current=False, is_learning_used=True), capsys)

    assert lines[1] == "The project has 14 labels. Jobs use them."
    assert lines[2] == "The newest labels do not count yet: a worker is fitting them."


def test_labels_of_mistakes_alone_are_pointed_out(capsys: pytest.CaptureFixture[str]) -> None:
    mistakes = measure([Judgement("invoice", "receipt", 0.7)])

    lines = printed(replace(READY, without_learning=mistakes), capsys)

    assert lines.count(MISTAKES) == 1
    assert lines.count(NO_THRESHOLD) == 1


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("off", "PIGEONHOLE_LEARN=on"),
        ("no_rules", "has no jobs"),
        ("no_labels", "has no labels"),
        ("fitting", "being computed"),
        ("failed", "cannot be computed: the disk is full"),
    ],
)
def test_without_a_report_one_sentence_says_why(
    state: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    error = "the disk is full" if state == "failed" else None
    given = replace(READY, state=state, error=error, without_learning=None, with_learning=None)

    (line,) = printed(given, capsys)

    assert words in line
