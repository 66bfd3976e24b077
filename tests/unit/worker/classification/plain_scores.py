"""Scores and models that are easy to reckon with."""

import numpy as np

import devtools.plain_scores
from worker.classification.scoring.calibration import FEATURES, Logistic
from worker.classification.scoring.scores import Scores


def plain_scores(*own: float, tokens: int = 100) -> Scores:
    """Return scores of rules beside a panel of one type, at 0, and nothing else."""
    return devtools.plain_scores.plain_scores(np.array(own, dtype=np.float32), tokens)


def logistic_of_top(weight: float) -> Logistic:
    """Return a model whose log-odds are the top rule's score times a weight."""
    weights = (weight, *[0.0] * (len(FEATURES) - 1))
    return Logistic(0.0, weights, (0.0,) * len(FEATURES), (1.0,) * len(FEATURES))
