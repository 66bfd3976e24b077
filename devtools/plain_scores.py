"""Scores of rules that come from elsewhere than the classifier, or that tests make up."""

import numpy as np

from worker.classification.embedders.base import Vectors
from worker.classification.scoring.hierarchy import Kinds
from worker.classification.scoring.scores import Scores


def plain_scores(own: Vectors, tokens: int) -> Scores:
    """Return scores (k,) beside a panel of one type, at 0, and nothing else.

    `tokens` is the length of the document.
    """
    none: Vectors = np.zeros((len(own), 1), dtype=np.float32)
    same_rule = np.eye(len(own), dtype=np.bool_)
    return Scores(
        own=own,
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
        overlaps=same_rule.astype(np.float32),
        overlapping=same_rule,
        tokens=tokens,
    )
