"""The probabilities of the possible outcomes."""

import pytest

from tests.unit.worker.classification.explanation.made_evidence import (
    evidence,
    null,
    ranked,
    scored,
)
from worker.classification.explanation.outcome import find_outcome

THREE = (ranked("invoice", 2.43), ranked("receipt", 2.42), ranked("letter", 0.4))


def test_no_rule_is_more_probable_than_the_best_one() -> None:
    outcome = find_outcome(evidence(null(0.59, match=0.15, ranking=THREE)), None, 0.59, None)

    assert [each.type for each in outcome.candidates] == [None, "invoice", "receipt", "letter"]
    assert [each.confidence for each in outcome.candidates][:3] == [0.59, 0.15, 0.15]
    assert outcome.runner_up is not None
    assert outcome.runner_up.type == "invoice"


def test_what_lost_parts_may_change_is_given_to_no_rule() -> None:
    # Half of the parts are missing, so a quarter of every probability is.
    scoring = scored(match_probability=0.74, null_probability=0.0)
    outcome = find_outcome(evidence(scoring, lost_parts=1), "invoice", 0.74, None)

    assert sum(each.confidence for each in outcome.candidates) == pytest.approx(0.75)
    assert outcome.runner_up is None


def test_the_chosen_outcome_comes_first() -> None:
    made = evidence(null(0.4, match=0.39, ranking=THREE), catch_all="other")

    assert find_outcome(made, "other", 0.4, None).candidates[0].type == "other"


@pytest.mark.parametrize("is_null", [False, True])
def test_outcomes_add_up_to_one_where_two_models_say_more(is_null: bool) -> None:
    scoring = null(0.7, match=0.5, ranking=THREE)
    if not is_null:
        scoring = scored(match_probability=0.7, null_probability=0.5, ranking=THREE)
    chosen = None if is_null else "invoice"
    first, second, *others = find_outcome(evidence(scoring), chosen, 0.7, None).candidates

    assert (first.type, first.confidence) == (chosen, 0.7)
    assert second.confidence == pytest.approx(0.3)
    assert not any(each.confidence for each in others)
