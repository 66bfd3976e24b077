"""Scoring every document with constants that were fitted without its source."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from worker.classification.calibration import Calibration
from worker.classification.constants import Constants
from worker.classification.embedder import Embedder
from worker.classification.fitting import ScoredDocument, fit
from worker.classification.knowledge import Knowledge
from worker.classification.labelled import Corpus, LabelledDocument
from worker.classification.rules import Rule
from worker.classification.scoring import Scorer

FOLDS = 5
_SEED = 5


@dataclass(frozen=True, slots=True)
class Scored:
    """A document with text, its scores for each rule set, and the calibration to judge it by."""

    item: LabelledDocument
    by_rules: dict[str, ScoredDocument]
    calibration: Calibration


def fold_of(sources: Sequence[str]) -> dict[str, int]:
    """Deal the sources out to folds at random, always the same way for the same sources."""
    names = sorted(set(sources))
    dealt = np.random.default_rng(_SEED).permutation(len(names)) % FOLDS
    return {name: int(fold) for name, fold in zip(names, dealt, strict=True)}


def fold_constants(
    labelled: Corpus, text: Corpus | None, embedders: Sequence[Embedder], knowledge: Knowledge
) -> list[Constants]:
    """Fit constants once without each fold.

    Everything fitted leaves the fold's sources out: means, word rarities and calibration, of
    the labelled documents as of the text corpus.
    """
    fold = fold_of([item.source for item in labelled.documents])
    return [
        fit(
            [_without(corpus, fold, number) for corpus in (text, labelled) if corpus],
            embedders,
            knowledge,
        )
        for number in range(FOLDS)
    ]


def cross_fitted(
    labelled: Corpus,
    rule_sets: dict[str, tuple[Rule, ...]],
    constants: Sequence[Constants],
    embedders: Sequence[Embedder],
    knowledge: Knowledge,
) -> list[Scored]:
    """Score each labelled document with the constants fitted without its fold."""
    fold = fold_of([item.source for item in labelled.documents])
    scored: list[Scored] = []
    for number in range(FOLDS):
        inside = [item for item in labelled.documents if fold[item.source] == number]
        scored += score_with(constants[number], inside, rule_sets, embedders, knowledge)
    return scored


def score_with(
    constants: Constants,
    documents: Sequence[LabelledDocument],
    rule_sets: dict[str, tuple[Rule, ...]],
    embedders: Sequence[Embedder],
    knowledge: Knowledge,
) -> list[Scored]:
    """Score the documents that have text with the given constants."""
    scorer = Scorer(embedders, constants.vectors, constants.lexicon, knowledge)
    scored = []
    for item in documents:
        reading = scorer.read(item.document)
        if reading is None:
            continue
        by_rules = {
            name: ScoredDocument(scorer.score(reading, rules), item.label, item.source)
            for name, rules in rule_sets.items()
        }
        scored.append(Scored(item, by_rules, constants.calibration))
    return scored


def _without(corpus: Corpus, fold: dict[str, int], number: int) -> Corpus:
    kept = tuple(item for item in corpus.documents if fold.get(item.source) != number)
    return Corpus(kept, corpus.rule_sets)
