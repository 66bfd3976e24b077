import json
import math
from dataclasses import asdict, replace

import pytest

from tests.unit.worker.classification.plain_scores import logistic_of_top, plain_scores
from worker.classification.scoring.calibration import (
    FEATURES,
    MANY_RULES,
    SCRAP_TOKENS,
    Calibration,
    Decision,
    Scraps,
    decide,
)


def decision(*, is_null: bool = False) -> Decision:
    return Decision(
        is_null=is_null,
        features=(),
        contributions=(),
        match_probability=0.8,
        overlap_probability=0.9,
        null_probability=0.4,
        cautious=0.8,
    )


def test_a_document_that_was_read_whole_keeps_its_confidence():
    assert decision().with_losses(0, 3) == decision()


@pytest.mark.parametrize(("lost", "read", "confidence"), [(1, 1, 0.6), (1, 9, 0.76), (5, 0, 0.4)])
def test_confidence_loses_half_of_the_share_of_lost_parts(lost: int, read: int, confidence: float):
    assert decision().with_losses(lost, read).confidence == pytest.approx(confidence)


def test_null_loses_confidence_too():
    lowered = decision(is_null=True).with_losses(1, 1)
    assert (lowered.is_null, lowered.confidence) == (True, pytest.approx(0.3))


SCRAPS = Scraps(scale=0.3, null_shift=0.8)


@pytest.mark.parametrize("tokens", [SCRAP_TOKENS, SCRAP_TOKENS + 1, 300])
def test_only_scraps_lose_confidence(tokens: int):
    assert (SCRAPS.lower_match(1.7, tokens), SCRAPS.lower_null(1.7, tokens)) == (1.7, 1.7)


def test_the_fewer_tokens_the_less_confidence():
    lowered = [SCRAPS.lower_null(2.0, tokens) for tokens in (1, 5, 20, SCRAP_TOKENS - 1)]
    assert lowered == sorted(lowered)
    assert lowered[-1] == pytest.approx(2.0, abs=0.03)
    assert SCRAPS.lower_null(2.0, 0) == pytest.approx(2.0 - 0.3 * 2.0 - 0.8)
    assert SCRAPS.lower_match(2.0, 0) == pytest.approx(2.0 - 0.3 * 2.0)


# Scores above 0 are matches, below 0 nulls.
CALIBRATION = Calibration(logistic_of_top(1.0), logistic_of_top(-1.0), 0.3, SCRAPS)


@pytest.mark.parametrize("top", [-2.0, -0.1, 0.1, 2.0])
def test_what_is_chosen_for_a_scrap_does_not_change(top: float):
    scrap = decide(plain_scores(top, top - 1, tokens=1), CALIBRATION)
    whole = decide(plain_scores(top, top - 1, tokens=400), CALIBRATION)

    assert scrap.is_null == whole.is_null == (top < 0)
    assert scrap.confidence == max(scrap.match_probability, scrap.null_probability)


@pytest.mark.parametrize("top", [-2.0, 2.0])
@pytest.mark.parametrize("tokens", [1, 400])
def test_the_contributions_add_up_to_the_confidence(top: float, tokens: int):
    decision = decide(plain_scores(top, top - 1, tokens=tokens), CALIBRATION)

    log_odds = sum(decision.contributions)
    assert decision.confidence == pytest.approx(1 / (1 + math.exp(-log_odds)))
    assert (decision.contributions[FEATURES.index("log_tokens")] < 0) == (tokens == 1)


FEW_RULES = replace(CALIBRATION, few_rules=0.3)


def confident(top: float, rules: int, tokens: int = 400) -> Decision:
    return decide(plain_scores(top, *[top - 1] * (rules - 1), tokens=tokens), FEW_RULES)


@pytest.mark.parametrize("top", [-0.5, 0.5])
def test_the_fewer_the_rules_the_more_confidence_is_added(top: float):
    stated = [confident(top, rules).confidence for rules in (1, 2, 5, 8, MANY_RULES, 25)]

    assert stated[:5] == sorted(set(stated[:5]), reverse=True)
    assert stated[4] == stated[5]


@pytest.mark.parametrize("top", [-0.5, 0.5])
def test_few_rules_change_neither_what_is_chosen_nor_when_a_stage_stops(top: float):
    few, plain = confident(top, 2), decide(plain_scores(top, top - 1, tokens=400), CALIBRATION)

    assert few.is_null == plain.is_null
    assert few.cautious == plain.confidence < few.confidence
    # What the one gains, the other loses.
    assert few.match_probability + few.null_probability == pytest.approx(1.0)
    assert sum(few.contributions) == pytest.approx(math.log(few.confidence / (1 - few.confidence)))


def test_few_rules_add_nothing_to_a_text_without_a_token():
    assert confident(0.5, 2, tokens=0).confidence == confident(0.5, 2, tokens=0).cautious


def test_a_calibration_is_read_as_it_is_written():
    assert Calibration.from_json(json.loads(json.dumps(asdict(FEW_RULES)))) == FEW_RULES
