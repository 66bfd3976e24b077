"""Scores and models that are easy to reckon with."""

import numpy as np

from worker.classification.scoring.calibration import FEATURES, Logistic
from worker.classification.scoring.hierarchy import Kinds
from worker.classification.scoring.scores import Scores


def plain_scores(*own: float, tokens: int = 100) -> Scores:
    """Return scores of rules beside a panel of one type, at 0, and nothing else."""
    none = np.zeros((len(own), 1), dtype=np.float32)
    return Scores(
        own=np.array(own, dtype=np.float32),
        panel=none[0],
        channels={},
        lexical=none[:, 0],
        cues=(),
        bonuses=none.T[:0],
        named=none[:, 0],
        acts=none[:, 0],
        excluded=none[:, 0],
        kinds=Kinds.none(),
        covered=none.astype(np.bool_),
        overlaps=np.eye(len(own), dtype=np.float32),
        overlapping=np.eye(len(own), dtype=np.bool_),
        tokens=tokens,
    )


def logistic_of_top(weight: float) -> Logistic:
    """Return a model whose log-odds are the top rule's score times a weight."""
    weights = (weight, *[0.0] * (len(FEATURES) - 1))
    return Logistic(0.0, weights, (0.0,) * len(FEATURES), (1.0,) * len(FEATURES))
