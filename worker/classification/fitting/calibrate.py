"""Fitting the calibration of each stage of an engine on scored documents."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np
import numpy.typing as npt

from worker.classification.embedders.base import Embedder
from worker.classification.fitting.corpus import Corpus
from worker.classification.fitting.few_rules import FewRulesOutcomes, fit_few_rules
from worker.classification.fitting.random_rules import (
    ABSENT,
    Outcomes,
    ScoredDocument,
    draw_outcomes,
    draw_scores,
    score_all,
)
from worker.classification.fitting.scraps import ScrapOutcomes, cut_scraps, fit_scraps
from worker.classification.knowledge.base import Knowledge
from worker.classification.scoring.calibration import (
    Calibration,
    Features,
    Logistic,
    decide,
    extract_features,
    fewness,
    missing_share,
)
from worker.classification.scoring.constants import Constants, Fingerprint
from worker.classification.scoring.lexical import Lexicon
from worker.classification.scoring.parts import ALL_PARTS, Parts
from worker.classification.scoring.scorer import Scorer
from worker.classification.scoring.space import SpaceVectors

# Short texts often say nothing.
_ABSENT_FROM_SHORT = 0.5
_REGULARISATION = 0.3
# Every second document is used a second time, cut to its first characters. Few files are as short
# as the OCR text of a till receipt, and without short texts their confidence is too high (measured
# at 200 characters: calibration error 0.07 without, 0.02 with all).
_SHORTENED_EVERY = 2
_MIN_CHARACTERS, _MAX_CHARACTERS = 3, 800


def with_calibration(
    vectors: Mapping[str, SpaceVectors],
    lexicon: Lexicon,
    corpora: Sequence[Corpus],
    embedders: Sequence[Embedder],
    knowledge: Knowledge,
    parts: Parts = ALL_PARTS,
) -> Constants:
    """Fit a calibration for each stage, for fitted vectors, rounded as they will be stored.

    It uses whole documents and some that are cut short, and scraps for what these lose.
    """
    vectors = {name: space.rounded() for name, space in vectors.items()}
    scorer = Scorer(embedders, vectors, lexicon, knowledge, replace(parts, sure_cues=False))
    drawn: list[list[Outcomes]] = [[] for _ in scorer.depths]
    whole = [score_all(scorer, corpus) for corpus in corpora]
    for corpus, scored_whole in zip(corpora, whole, strict=True):
        short = score_all(scorer, _shortened(corpus))
        for scored, absent in ((scored_whole, ABSENT), (short, _ABSENT_FROM_SHORT)):
            for outcomes, by_rules in zip(drawn, scored, strict=True):
                outcomes += [
                    draw_outcomes(documents, types, seed, absent)
                    for seed, (types, documents) in enumerate(_by_types(corpus, by_rules))
                ]
    calibrations = [fit_calibration(outcomes) for outcomes in drawn]
    calibrations = with_scraps(calibrations, scorer, corpora)
    calibrations = with_few_rules(calibrations, corpora, whole)
    return Constants(Fingerprint.of(embedders, knowledge), vectors, lexicon, tuple(calibrations))


def _by_types(
    corpus: Corpus, by_rules: Sequence[Sequence[ScoredDocument]]
) -> Iterator[tuple[list[str], Sequence[ScoredDocument]]]:
    """Yield the types of each set of rules and the documents that were scored by it."""
    for rules, documents in zip(corpus.rule_sets, by_rules, strict=True):
        yield [rule.type for rule in rules], documents


def _shortened(corpus: Corpus) -> Corpus:
    random = np.random.default_rng(0)
    documents = []
    for item in corpus.documents[::_SHORTENED_EVERY]:
        left = int(np.exp(random.uniform(np.log(_MIN_CHARACTERS), np.log(_MAX_CHARACTERS))))
        pages = []
        for page in item.document.pages:
            pages.append(replace(page, text=page.text[:left]))
            left -= len(pages[-1].text)
        document = replace(item.document, pages=tuple(pages))
        documents.append(replace(item, document=document))
    return Corpus(tuple(documents), corpus.rule_sets)


def fit_calibration(drawn: Sequence[Outcomes]) -> Calibration:
    """Fit the two logistic models on all outcomes together."""
    rows = np.concatenate([outcomes.features for outcomes in drawn])
    match_right = np.concatenate([outcomes.match_right for outcomes in drawn])
    null_right = np.concatenate([outcomes.null_right for outcomes in drawn])
    return Calibration(
        match=_fit_logistic(rows, match_right),
        null=_fit_logistic(rows, null_right),
        null_share=round(float(null_right.mean()), 4),
    )


def with_scraps(
    calibrations: Sequence[Calibration], scorer: Scorer, corpora: Sequence[Corpus]
) -> list[Calibration]:
    """Return the calibrations of all stages with what scraps lose, fitted on cut texts.

    The right rule is absent as often as for whole documents: a scrap is part of one. Jobs with all
    rules count once more, because null is rarest there.
    """
    scored = [score_all(scorer, cut_scraps(corpus)) for corpus in corpora]
    fitted = []
    for number, calibration in enumerate(calibrations):
        rows = [
            row
            for corpus, by_stage in zip(corpora, scored, strict=True)
            for row in _scrap_rows(
                by_stage[number][0], [rule.type for rule in corpus.rule_sets[0]], calibration
            )
        ]
        match, null, match_right, null_right, missing = np.array(rows).reshape(-1, 5).T
        outcomes = ScrapOutcomes(match, null, match_right > 0, null_right > 0, missing)
        fitted.append(replace(calibration, scraps=fit_scraps(outcomes)))
    return fitted


def _scrap_rows(
    documents: Sequence[ScoredDocument], types: Sequence[str], calibration: Calibration
) -> Iterator[tuple[float, float, bool, bool, float]]:
    """Yield log-odds of a match and of null, whether they are right, and the tokens missing."""
    whole = (
        (item.scores, types.index(item.label) if item.label in types else None)
        for item in documents
    )
    drawn = (
        (scores, 0 if present else None)
        for scores, present in draw_scores(documents, types, 0, ABSENT)
    )
    for scores, right in chain(drawn, whole):
        yield (
            calibration.match.log_odds(extract_features(scores)),
            calibration.null.log_odds(extract_features(scores.without_overlapping())),
            right == int(scores.rules.argmax()),
            right is None,
            missing_share(scores.tokens),
        )


def with_few_rules(
    calibrations: Sequence[Calibration],
    corpora: Sequence[Corpus],
    whole: Sequence[Sequence[Sequence[Sequence[ScoredDocument]]]],
) -> list[Calibration]:
    """Return the calibrations of all stages with what few rules add.

    `whole` has the whole documents of each corpus, as `score_all` returns them: texts that were
    cut short have another share of nulls.
    """
    return [
        replace(
            calibration,
            few_rules=fit_few_rules(
                [
                    _draw_decisions(documents, types, seed, calibration)
                    for corpus, by_stage in zip(corpora, whole, strict=True)
                    for seed, (types, documents) in enumerate(_by_types(corpus, by_stage[number]))
                ]
            ),
        )
        for number, calibration in enumerate(calibrations)
    ]


def _draw_decisions(
    documents: Sequence[ScoredDocument], types: Sequence[str], seed: int, calibration: Calibration
) -> FewRulesOutcomes:
    """Decide about each document under the random rule sets of `draw_outcomes`."""
    rows = []
    for scores, present in draw_scores(documents, types, seed, ABSENT):
        decision = decide(scores, calibration)
        is_right = not present if decision.is_null else present and scores.rules.argmax() == 0
        counts = fewness(len(scores.rules), scores.tokens)
        rows.append((sum(decision.contributions), decision.is_null, is_right, counts))
    added, is_null, right, few = np.array(rows, dtype=np.float64).reshape(-1, 4).T
    intercepts = np.where(is_null > 0, calibration.null.intercept, calibration.match.intercept)
    return FewRulesOutcomes(added + intercepts, right > 0, few)


def _fit_logistic(rows: Features, outcomes: npt.NDArray[np.bool_]) -> Logistic:
    # Imported here: it takes a second or two, and most that use this module never fit.
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    scaler = StandardScaler().fit(rows)
    model = LogisticRegression(C=_REGULARISATION, max_iter=2_000)
    model.fit(scaler.transform(rows), outcomes)
    return Logistic(
        intercept=round(float(model.intercept_[0]), 5),
        weights=tuple(round(float(value), 5) for value in model.coef_[0]),
        means=tuple(round(float(value), 5) for value in scaler.mean_),
        scales=tuple(round(float(value), 5) for value in scaler.scale_),
    )
