"""Cross-fitting: every document is scored with constants fitted without its source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.jobs.values import Rule
from worker.classification.embedders.base import Embedder
from worker.classification.fitting.corpus import Corpus, LabelledDocument
from worker.classification.fitting.fit import fit
from worker.classification.fitting.random_rules import ScoredDocument
from worker.classification.knowledge.base import Knowledge
from worker.classification.scoring.calibration import Calibration, Decision, decide
from worker.classification.scoring.constants import Constants
from worker.classification.scoring.parts import ALL_PARTS, Parts
from worker.classification.scoring.scorer import Scorer
from worker.classification.scoring.scores import Scores
from worker.classification.scoring.tuning import ENOUGH

FOLDS = 5
_SEED = 5


@dataclass(frozen=True, slots=True)
class Scored:
    """A document with text, its scores for each rule set, and the calibration to use.

    `first` has the same of the first stage of a cascade.
    """

    item: LabelledDocument
    by_rules: dict[str, ScoredDocument]
    calibration: Calibration
    first: "Scored | None" = None

    def decide(self, rules: str, drawn: Sequence[int]) -> tuple[Scores, Decision]:
        """Return the scores of the rules at the positions `drawn` and the decision between them."""
        if self.first is not None:
            scores, decision = self.first.decide(rules, drawn)
            if decision.cautious >= ENOUGH:
                return scores, decision
        scores = self.by_rules[rules].scores.subset(drawn)
        return scores, decide(scores, self.calibration)


def fold_of(sources: Sequence[str]) -> dict[str, int]:
    """Assign the sources to folds at random; the result depends on the sources only."""
    names = sorted(set(sources))
    assigned = np.random.default_rng(_SEED).permutation(len(names)) % FOLDS
    return {name: int(fold) for name, fold in zip(names, assigned, strict=True)}


def folds_of(corpora: Sequence[Corpus], text: Corpus | None) -> dict[str, int]:
    """Assign the sources of all collections to folds.

    A source keeps the fold that an earlier collection has given it, and the text corpus is last,
    so that the folds of the first collection do not depend on the others.
    """
    folds: dict[str, int] = {}
    for corpus in [*corpora, *([text] if text else [])]:
        sources = [item.source for item in corpus.documents]
        folds |= fold_of([source for source in sources if source not in folds])
    return folds


def fold_constants(
    corpora: Sequence[Corpus],
    text: Corpus | None,
    embedders: Sequence[Embedder],
    knowledge: Knowledge,
) -> list[Constants]:
    """Fit constants once without each fold.

    Means, word rarities and calibration are fitted without the fold's sources, in the labelled
    documents and in the text corpus.
    """
    fold = folds_of(corpora, text)
    return [
        fit(
            [without(corpus, fold, number) for corpus in (text, *corpora) if corpus],
            embedders,
            knowledge,
        )
        for number in range(FOLDS)
    ]


def score_with(
    constants: Constants,
    documents: Sequence[LabelledDocument],
    rule_sets: dict[str, tuple[Rule, ...]],
    embedders: Sequence[Embedder],
    knowledge: Knowledge,
    *,
    cascade: bool = False,
    parts: Parts = ALL_PARTS,
) -> list[Scored]:
    """Score the documents that have text with the given constants, at all stages with `cascade`."""
    scorer = Scorer(embedders, constants.vectors, constants.lexicon, knowledge, parts)
    scored = []
    for item in documents:
        text = scorer.read(item.document)
        if not text.chunks:
            continue
        found = None
        for number, depth in enumerate(scorer.depths):
            every = [rule for rules in rule_sets.values() for rule in rules]
            if depth == scorer.depths[-1] or (cascade and scorer.can_read(text, depth, every)):
                comparison = scorer.compare(text, depth)
                by_rules = {
                    name: ScoredDocument(
                        scorer.score(text, comparison, rules), item.label, item.source
                    )
                    for name, rules in rule_sets.items()
                }
                found = Scored(item, by_rules, constants.calibrations[number], found)
        if found is not None:
            scored.append(found)
    return scored


def without(corpus: Corpus, fold: Mapping[str, int], number: int) -> Corpus:
    """Return the corpus without the documents of one fold."""
    kept = tuple(item for item in corpus.documents if fold.get(item.source) != number)
    return Corpus(kept, corpus.rule_sets)
