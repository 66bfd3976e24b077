"""The first lines of the reasoning, from evidence made by hand."""

import pytest

from app.jobs.reasoning import Reasoning
from app.jobs.values import Verdict
from tests.unit.worker.classification.explanation.made_evidence import (
    evidence,
    null,
    ranked,
    scored,
    twins,
)
from worker.classification.explanation.evidence import Alternative, Evidence
from worker.classification.explanation.verdict import write_verdict

NOTE = Alternative("delivery note", 3.5)
LETTER = (ranked("invoice", 1.0),)


def verdict(evidence_: Evidence, minimum: float | None = None) -> Verdict:
    scoring = evidence_.scoring
    if scoring is None:
        return write_verdict(
            evidence_, evidence_.catch_all, 1.0 if evidence_.chunks else 0.4, minimum
        )
    if scoring.is_null:
        return write_verdict(evidence_, evidence_.catch_all, scoring.null_probability, minimum)
    return write_verdict(evidence_, scoring.ranking[0].type, scoring.match_probability, minimum)


def summary(evidence_: Evidence, minimum: float | None = None) -> str:
    layers = Reasoning.from_text(verdict(evidence_, minimum).reasoning)
    assert layers is not None
    return layers.summary


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (evidence(scored()), 'Very likely "invoice" (97%).'),
        (evidence(scored(match_probability=0.8999)), 'Likely "invoice" (89%).'),
        (
            evidence(scored(match_probability=0.62)),
            'Probably "invoice" (62%): please check; "receipt" is close.',
        ),
        (
            evidence(scored(match_probability=0.55, null_probability=0.4)),
            'Possibly "invoice" (55%): please check; perhaps none of your rules fits.',
        ),
        (
            evidence(scored(match_probability=0.76, null_probability=0.2, ranking=LETTER), rules=1),
            'Probably "invoice" (76%): please check; perhaps none of your rules fits.',
        ),
        (evidence(null(0.99)), "None of your rules fits (99%)."),
        (
            evidence(null(0.99, alternative=NOTE, better_alternatives=3)),
            (
                'None of your rules fits (99%). It looks most like "delivery note", for which you'
                " have no rule."
            ),
        ),
        (evidence(null(0.84)), "Likely none of your rules fits (84%)."),
        (
            evidence(null(0.75, match=0.24)),
            'Probably none of your rules fits (75%): please check; "invoice" is close.',
        ),
        (
            evidence(null(0.98), catch_all="other"),
            'None of your rules fits (98%), so it gets your catch-all "other".',
        ),
        (
            evidence(null(0.97, ranking=LETTER), rules=1),
            'Very likely not "invoice", your only rule (97%).',
        ),
        (
            evidence(null(0.7, match=0.3, ranking=LETTER), rules=1),
            'Probably not "invoice", your only rule (70%): please check.',
        ),
        (
            evidence(None, rules=1, catch_all="other"),
            (
                '"other" (100%): it is the catch-all, and there is no other rule. Give a rule for'
                " each type that you expect."
            ),
        ),
        (
            evidence(None, chunks=0, pages_read=3),
            (
                "No type: nothing readable was found on the 3 pages read. Please look at the"
                " document itself."
            ),
        ),
        (
            evidence(None, chunks=0, catch_all="other"),
            (
                'No type, so it gets your catch-all "other": nothing readable was found in it.'
                " Please look at the document itself."
            ),
        ),
        (
            evidence(scored(match_probability=0.7, null_probability=0.0), lost_parts=1),
            (
                'Probably "invoice" (70%): please check; the part that could not be read may say'
                " otherwise."
            ),
        ),
    ],
)
def test_the_first_line(made: Evidence, sentence: str) -> None:
    assert summary(made) == sentence


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (
            evidence(scored(match_probability=0.7999)),
            (
                "No type, because you ask for at least 80% (min_confidence): probably"
                ' "invoice" (79%), please check.'
            ),
        ),
        (
            evidence(null(0.6), catch_all="other"),
            (
                "No type, because you ask for at least 80% (min_confidence): probably none of your"
                " rules fits (60%), please check."
            ),
        ),
    ],
)
def test_less_than_the_least_confidence(made: Evidence, sentence: str) -> None:
    assert verdict(made, 0.8).type is None
    assert summary(made, 0.8) == sentence


def test_null_cannot_be_less_than_the_least_confidence() -> None:
    assert summary(evidence(null(0.65)), 0.8).startswith("Probably none of your rules fits (65%)")


def test_rules_that_mean_the_same_stand_in_the_first_two_lines() -> None:
    assert summary(evidence(twins(0.48, 0.96))).split("\n") == [
        (
            'Possibly "invoice" (48%): please check; "invoice" or "receipt" is very likely right'
            " (96%)."
        ),
        (
            'Warning: your rules "invoice" and "receipt" mean nearly the same: merge them, or say'
            " in each description what sets it apart."
        ),
    ]
    assert summary(evidence(twins(0.94, 0.99))).startswith('Very likely "invoice" (94%).\nWarning')


def test_what_lessens_the_worth_stands_in_the_second_line() -> None:
    little = scored(warnings=("there is little text to go by, only 11 characters.",))
    made = evidence(little, warnings=("page 2 could not be read", "page 3 is slow.", "a", "b"))

    assert summary(made).split("\n")[1:] == [
        (
            "Warning: there is little text to go by, only 11 characters; page 2 could not be read;"
            " page 3 is slow; and 2 more, named in the details."
        )
    ]


def test_a_missing_model_is_told_in_the_details_only() -> None:
    made = evidence(scored(), missing="only one of the two models was asked.")
    reasoning = verdict(made).reasoning

    assert summary(made) == 'Very likely "invoice" (97%).'
    assert reasoning.endswith("Warning: only one of the two models was asked.")
