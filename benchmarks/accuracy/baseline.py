"""The baseline: cosines of TF-IDF vectors, calibrated and measured like the classifier."""

from collections.abc import Callable, Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from app.jobs.values import Rule
from benchmarks.accuracy.folds import FOLDS, Scored, folds_of, without
from benchmarks.corpus import LoadedCorpus
from devtools.plain_scores import plain_scores
from worker.classification.embedders.base import Vectors
from worker.classification.features.chunks import count_tokens
from worker.classification.features.text import is_readable, normalise_text
from worker.classification.fitting.calibrate import fit_calibration
from worker.classification.fitting.corpus import Corpus, LabelledDocument
from worker.classification.fitting.random_rules import ScoredDocument, draw_outcomes
from worker.classification.rules.texts import rule_text

Compare = Callable[[LabelledDocument, Sequence[Rule]], Vectors]
"""Returns the cosine of a document and each of k rules, shape (k,)."""

Fit = Callable[[Sequence[Corpus]], Compare]
"""Fits a comparison on corpora."""


def cross_fitted_baseline(corpus: LoadedCorpus, fit: Fit) -> list[Scored]:
    """Score each labelled document with a comparison and calibration fitted on other folds."""
    labelled, text = corpus.labelled, corpus.text
    fold = folds_of([labelled], text)
    scored = []
    for number in range(FOLDS):
        corpora = [without(part, fold, number) for part in (text, labelled) if part]
        compare = fit(corpora)
        drawn = [
            draw_outcomes(
                [_scored(compare, item, rules) for item in part.documents if _has_text(item)],
                [rule.type for rule in rules],
                seed,
            )
            for part in corpora
            for seed, rules in enumerate(part.rule_sets)
        ]
        calibration = fit_calibration(drawn)
        scored += [
            Scored(
                item,
                {name: _scored(compare, item, rules) for name, rules in corpus.rule_sets.items()},
                calibration,
            )
            for item in labelled.documents
            if fold[item.source] == number and _has_text(item)
        ]
    return scored


def fit_tfidf(corpora: Sequence[Corpus]) -> Compare:
    """Fit the rarity of words; compare by the words that document and rule share."""
    texts = [_text(item) for corpus in corpora for item in corpus.documents]
    rules = [rule_text(rule) for corpus in corpora for rules in corpus.rule_sets for rule in rules]
    words = TfidfVectorizer(sublinear_tf=True).fit([*texts, *rules])

    def compare(item: LabelledDocument, rules: Sequence[Rule]) -> Vectors:
        described = words.transform([rule_text(rule) for rule in rules])
        cosines = (described @ words.transform([_text(item)]).T).toarray()[:, 0]
        return np.asarray(cosines, dtype=np.float32)

    return compare


def _scored(compare: Compare, item: LabelledDocument, rules: Sequence[Rule]) -> ScoredDocument:
    """Return cosines as scores without a panel, so that its features are constant."""
    scores = plain_scores(compare(item, rules), count_tokens(_text(item)))
    return ScoredDocument(scores, item.label, item.source)


def _text(item: LabelledDocument) -> str:
    return normalise_text(" ".join(page.text for page in item.document.pages))


def _has_text(item: LabelledDocument) -> bool:
    return any(is_readable(page.text) for page in item.document.pages)
