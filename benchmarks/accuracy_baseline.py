"""What counting words achieves: TF-IDF cosines, calibrated and judged like the classifier."""

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.accuracy_folds import FOLDS, Scored, fold_of
from worker.classification.calibration import Calibration
from worker.classification.embedder import Vectors
from worker.classification.fitting import ScoredDocument, draw_outcomes, fit_calibration
from worker.classification.labelled import Corpus, LabelledDocument
from worker.classification.rules import Rule, rule_text
from worker.classification.scores import Scores
from worker.classification.text import clean, is_readable


def cross_fitted_baseline(
    labelled: Corpus, rule_sets: dict[str, tuple[Rule, ...]], text: Corpus | None
) -> list[Scored]:
    """Score each labelled document by word overlap, rarities and calibration of other folds."""
    fold = fold_of([item.source for item in labelled.documents])
    scored = []
    for number in range(FOLDS):
        corpora = [
            Corpus(
                tuple(item for item in corpus.documents if fold.get(item.source) != number),
                corpus.rule_sets,
            )
            for corpus in (text, labelled)
            if corpus
        ]
        words = _fit_words(corpora)
        drawn = [
            draw_outcomes(
                [_scored(words, item, rules) for item in corpus.documents if _has_text(item)],
                [rule.type for rule in rules],
                seed,
            )
            for corpus in corpora
            for seed, rules in enumerate(corpus.rule_sets)
        ]
        calibration = fit_calibration(drawn)
        scored += _judged(words, calibration, labelled, fold, number, rule_sets)
    return scored


def _judged(
    words: TfidfVectorizer,
    calibration: Calibration,
    labelled: Corpus,
    fold: dict[str, int],
    number: int,
    rule_sets: dict[str, tuple[Rule, ...]],
) -> list[Scored]:
    inside = [item for item in labelled.documents if fold[item.source] == number]
    return [
        Scored(
            item,
            {name: _scored(words, item, rules) for name, rules in rule_sets.items()},
            calibration,
        )
        for item in inside
        if _has_text(item)
    ]


def _fit_words(corpora: Sequence[Corpus]) -> TfidfVectorizer:
    texts = [_text(item) for corpus in corpora for item in corpus.documents]
    rules = [rule_text(rule) for corpus in corpora for rules in corpus.rule_sets for rule in rules]
    return TfidfVectorizer(sublinear_tf=True).fit([*texts, *rules])


def _scored(
    words: TfidfVectorizer, item: LabelledDocument, rules: Sequence[Rule]
) -> ScoredDocument:
    """Return cosines as if they were scores, with no panel: its features are constants."""
    described = words.transform([rule_text(rule) for rule in rules])
    cosines = (described @ words.transform([_text(item)]).T).toarray()[:, 0]
    none: Vectors = np.zeros((len(rules), 1), dtype=np.float32)
    scores = Scores(
        rules=cosines.astype(np.float32),
        panel=none[0],
        channels={},
        lexical=none[:, 0],
        cues=(),
        bonuses=none.T[:0],
        cosines=none,
        explained=1.0,
        overlaps=np.eye(len(rules), dtype=np.float32),
        characters=len(_text(item)),
    )
    return ScoredDocument(scores, item.label, item.source)


def _text(item: LabelledDocument) -> str:
    return clean(" ".join(page.text for page in item.document.pages))


def _has_text(item: LabelledDocument) -> bool:
    return any(is_readable(page.text) for page in item.document.pages)
