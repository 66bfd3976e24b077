"""The decision about a document that is a copy of a labelled one: it gets the label."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from worker.classification.scoring.calibration import FEATURES, Calibration, Decision, decide
from worker.classification.scoring.scores import Scores

# Not 1: labels have mistakes. A choice, not a measurement.
_CONFIDENCE = 0.98
# By how much the rule of the label is best, in standard deviations.
_LEAD = 1.0


def decide_copy(
    scores: Scores, type_: str | None, types: Sequence[str], calibration: Calibration
) -> tuple[Scores, Decision]:
    """Return the scores with the rule of a label raised to the best one, and the decision for it.

    `types` are those of the rules that compete. No rule fits if none of them has the label's type.
    The probabilities say nothing of how the scores look: no feature contributes to them.
    """
    place = next((place for place, each in enumerate(types) if each == type_), None)
    if place is not None:
        others = np.delete(scores.rules, place).max(initial=-np.inf)
        missing = max(0.0, float(others) + _LEAD - float(scores.rules[place]))
        learned = np.zeros_like(scores.own) if scores.learned is None else scores.learned.copy()
        learned[place] += missing
        scores = replace(scores, learned=learned)
    is_null = place is None
    match, null = (1 - _CONFIDENCE, _CONFIDENCE) if is_null else (_CONFIDENCE, 1 - _CONFIDENCE)
    decision = replace(
        decide(scores, calibration),
        is_null=is_null,
        contributions=(0.0,) * len(FEATURES),
        match_probability=match,
        overlap_probability=match,
        null_probability=null,
    )
    return scores, decision
