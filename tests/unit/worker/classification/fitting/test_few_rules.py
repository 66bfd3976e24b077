import numpy as np
import pytest

from worker.classification.fitting.few_rules import FewRulesOutcomes, fit_few_rules


def outcomes(stated: float, right: float, fewness: float, count: int = 1_000) -> FewRulesOutcomes:
    """Decisions of one confidence of which a share is right."""
    return FewRulesOutcomes(
        np.full(count, np.log(stated / (1 - stated))),
        np.arange(count) < right * count,
        np.full(count, fewness),
    )


def test_what_is_added_makes_the_confidence_true():
    added = fit_few_rules([outcomes(0.8, 0.9, fewness=2.0), outcomes(0.7, 0.7, fewness=0.0)])

    log_odds = np.log(0.8 / 0.2) + 2.0 * added
    assert 1 / (1 + np.exp(-log_odds)) == pytest.approx(0.9, abs=1e-3)


def test_nothing_is_added_where_few_rules_are_right_less_often():
    assert fit_few_rules([outcomes(0.9, 0.8, fewness=1.0)]) == pytest.approx(0.0, abs=1e-3)
