import pytest

from worker.classification.scoring.calibration import Decision


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
