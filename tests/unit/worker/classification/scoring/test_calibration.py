import pytest

from worker.classification.scoring.calibration import SCRAP_TOKENS, Decision, Scraps


def decision(*, is_null: bool = False) -> Decision:
    return Decision(
        is_null=is_null,
        features=(),
        contributions=(),
        match_probability=0.8,
        overlap_probability=0.9,
        null_probability=0.4,
    )


def test_a_document_that_was_read_whole_keeps_its_confidence():
    assert decision().with_losses(0, 3) == decision()


@pytest.mark.parametrize(("lost", "read", "confidence"), [(1, 1, 0.6), (1, 9, 0.76), (5, 0, 0.4)])
def test_confidence_loses_half_of_the_share_of_lost_parts(lost: int, read: int, confidence: float):
    assert decision().with_losses(lost, read).confidence == pytest.approx(confidence)


def test_null_loses_confidence_too():
    lowered = decision(is_null=True).with_losses(1, 1)
    assert (lowered.is_null, lowered.confidence) == (True, pytest.approx(0.3))


SCRAPS = Scraps(scale=0.3, shift=0.8)


@pytest.mark.parametrize("tokens", [SCRAP_TOKENS, SCRAP_TOKENS + 1, 300])
def test_only_scraps_lose_confidence(tokens: int):
    assert SCRAPS.lower(1.7, tokens) == 1.7


def test_the_fewer_tokens_the_less_confidence():
    lowered = [SCRAPS.lower(2.0, tokens) for tokens in (1, 5, 20, SCRAP_TOKENS - 1)]
    assert lowered == sorted(lowered)
    assert lowered[-1] == pytest.approx(2.0, abs=0.03)
    assert SCRAPS.lower(2.0, 0) == pytest.approx(2.0 - 0.3 * 2.0 - 0.8)


def test_the_likelier_outcome_of_a_scrap_stays_the_likelier():
    lowered = [SCRAPS.lower(log_odds, 1) for log_odds in (-4.0, -0.5, 0.5, 4.0)]
    assert lowered == sorted(lowered)
