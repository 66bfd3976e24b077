"""Scored documents under random sets of rules, which a calibration is fitted on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from worker.classification.fitting.corpus import Corpus
from worker.classification.scoring.calibration import Features, extract_features
from worker.classification.scoring.scorer import Scorer
from worker.classification.scoring.scores import Scores

ABSENT = 0.28
"""The share of rule sets without the right rule."""

_RULE_COUNTS = (1, 2, 3, 5, 8, 12, 18, 25)
_DRAWS = 6


@dataclass(frozen=True, slots=True)
class ScoredDocument:
    """The scores of one document for all rules of its corpus."""

    scores: Scores
    label: str
    source: str


def score_all(scorer: Scorer, corpus: Corpus) -> list[list[list[ScoredDocument]]]:
    """Score every document that has text, in order, for each stage and each set of rules."""
    stages: list[list[list[ScoredDocument]]] = [
        [[] for _ in corpus.rule_sets] for _ in scorer.depths
    ]
    for item in corpus.documents:
        text = scorer.read(item.document)
        if not text.chunks:
            continue
        for depth, by_rules in zip(scorer.depths, stages, strict=True):
            if not scorer.can_read(text, depth):
                continue
            comparison = scorer.compare(text, depth)
            for rules, scored in zip(corpus.rule_sets, by_rules, strict=True):
                if scorer.can_read(text, depth, rules):
                    scores = scorer.score(text, comparison, rules)
                    scored.append(ScoredDocument(scores, item.label, item.source))
    return stages


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The outcomes of n random rule sets for documents, to fit a calibration on.

    `features` (n, 8); `match_right` and `null_right` (n,) tell whether the top rule was right
    and whether null was.
    """

    features: Features
    match_right: npt.NDArray[np.bool_]
    null_right: npt.NDArray[np.bool_]


def draw_rules(
    right: int | None, total: int, count: int, *, present: bool, random: np.random.Generator
) -> list[int]:
    """Draw `count` of `total` rules, the `right` one first if it is to be present."""
    others = [position for position in range(total) if position != right]
    if right is None or not present:
        return [int(position) for position in random.choice(others, count, replace=False)]
    return [right, *(int(p) for p in random.choice(others, count - 1, replace=False))]


def draw_outcomes(
    documents: Sequence[ScoredDocument], types: Sequence[str], seed: int, absent: float = ABSENT
) -> Outcomes:
    """Draw six random rule sets for each document, the share `absent` without the right rule."""
    rows: list[Features] = []
    match_right: list[bool] = []
    null_right: list[bool] = []
    for scores, present in draw_scores(documents, types, seed, absent):
        rows.append(extract_features(scores))
        match_right.append(present and int(scores.rules.argmax()) == 0)
        null_right.append(not present)
    return Outcomes(np.array(rows), np.array(match_right), np.array(null_right))


def draw_scores(
    documents: Sequence[ScoredDocument], types: Sequence[str], seed: int, absent: float
) -> Iterator[tuple[Scores, bool]]:
    """Yield the scores of random rules, and whether the first of them is right or none is."""
    random = np.random.default_rng(seed)
    counts = [count for count in _RULE_COUNTS if count <= len(types)]
    for item in documents:
        right = types.index(item.label) if item.label in types else None
        for _ in range(_DRAWS):
            count = int(random.choice(counts))
            present = right is not None and bool(random.random() > absent)
            if right is not None and not present:
                count = min(count, len(types) - 1)
            drawn = draw_rules(right, len(types), count, present=present, random=random)
            yield item.scores.subset(drawn), present
