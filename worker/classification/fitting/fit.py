"""Fitting the constants of an engine on labelled documents."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import numpy.typing as npt

from app.errors import StartupError
from worker.classification.embedders.base import Embedder, normalise
from worker.classification.features.chunks import cut_chunks
from worker.classification.features.titles import title_lines
from worker.classification.fitting.corpus import Corpus
from worker.classification.fitting.few_rules import FewRulesOutcomes, fit_few_rules
from worker.classification.fitting.lexicon import fit_lexicon
from worker.classification.fitting.scraps import ScrapOutcomes, cut_scraps, fit_scraps
from worker.classification.knowledge.base import ENGLISH, Knowledge
from worker.classification.rules.catch_all import PROTOTYPES
from worker.classification.rules.texts import lexical_text, rule_text
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
from worker.classification.scoring.cues import SENTENCES
from worker.classification.scoring.lexical import Lexicon, document_text
from worker.classification.scoring.parts import ALL_PARTS, Parts
from worker.classification.scoring.scorer import Scorer
from worker.classification.scoring.scores import Scores
from worker.classification.scoring.space import SpaceVectors, form_map, ridge_map

_MIN_TYPES = 3
_RULE_COUNTS = (1, 2, 3, 5, 8, 12, 18, 25)
# The share of rule sets without the right rule; of short texts, which often say nothing, half.
_ABSENT, _ABSENT_FROM_SHORT = 0.28, 0.5
_DRAWS = 6
_REGULARISATION = 0.3
# Every second document is used a second time, cut to its first characters. Few files are as short
# as the OCR text of a till receipt, and without short texts their confidence is too high (measured
# at 200 characters: calibration error 0.07 without, 0.02 with all).
_SHORTENED_EVERY = 2
_MIN_CHARACTERS, _MAX_CHARACTERS = 3, 800


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The outcomes of n random rule sets for documents, to fit a calibration on.

    `features` (n, 8); `match_right` and `null_right` (n,) tell whether the top rule was right
    and whether null was.
    """

    features: Features
    match_right: npt.NDArray[np.bool_]
    null_right: npt.NDArray[np.bool_]


def fit(
    corpora: Sequence[Corpus], embedders: Sequence[Embedder], knowledge: Knowledge
) -> Constants:
    """Fit all constants for the embedders together: means, ridge maps, lexicon, calibrations.

    Takes some seconds for 100 documents. Every text is embedded several times, so pass caching
    embedders. The result depends only on the arguments. Raises StartupError for a corpus without
    documents or with fewer than three types.
    """
    for corpus in corpora:
        if not corpus.documents or any(len(rules) < _MIN_TYPES for rules in corpus.rule_sets):
            raise StartupError(
                f"constants cannot be fitted on {len(corpus.documents)} documents with"
                f" {len(corpus.rule_sets[0])} rules; at least one document and"
                f" {_MIN_TYPES} rules are needed"
            )
    vectors = {embedder.name: fit_space(corpora, embedder, knowledge) for embedder in embedders}
    return with_calibration(vectors, lexicon_of(corpora, knowledge), corpora, embedders, knowledge)


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
    scorer = Scorer(embedders, vectors, lexicon, knowledge, parts)
    drawn: list[list[Outcomes]] = [[] for _ in scorer.depths]
    whole = [score_all(scorer, corpus) for corpus in corpora]
    for corpus, scored_whole in zip(corpora, whole, strict=True):
        short = score_all(scorer, _shortened(corpus))
        for scored, absent in ((scored_whole, _ABSENT), (short, _ABSENT_FROM_SHORT)):
            for outcomes, by_rules in zip(drawn, scored, strict=True):
                outcomes += [
                    draw_outcomes(documents, types, seed, absent)
                    for seed, (types, documents) in enumerate(_by_types(corpus, by_rules))
                ]
    calibrations = [fit_calibration(outcomes) for outcomes in drawn]
    calibrations = with_scraps(calibrations, scorer, corpora)
    calibrations = with_few_rules(calibrations, corpora, whole)
    return Constants(Fingerprint.of(embedders, knowledge), vectors, lexicon, tuple(calibrations))


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


def fit_space(corpora: Sequence[Corpus], embedder: Embedder, knowledge: Knowledge) -> SpaceVectors:
    """Fit the vectors of one embedder: the means of chunks and titles, the ridge map.

    They contain means over the corpora only, no vector or text of a single document.
    """
    documents = [item for corpus in corpora for item in corpus.documents]
    chunks = [chunk.text for item in documents for chunk in cut_chunks(item.document.pages)]
    lines = [line for item in documents for line in title_lines(item.document.pages)]
    types = embedder.embed([rule_text(rule) for rule in knowledge.rules], "query")
    samples = embedder.embed([sample.text for sample in knowledge.samples], "passage")
    languages = np.array([sample.language for sample in knowledge.samples])
    centre = types[knowledge.panel_rows].mean(axis=0)
    # The map is fitted on the English samples only, as it was measured.
    english = languages == ENGLISH
    everywhere, rows = samples[english], knowledge.sample_types[english]
    return SpaceVectors(
        document_mean=embedder.embed(chunks, "passage").mean(axis=0),
        title_mean=embedder.embed(lines, "passage").mean(axis=0),
        types=types,
        wordings=embedder.embed([wording.text for wording in knowledge.wordings], "query"),
        samples=samples,
        cues=embedder.embed(SENTENCES, "query"),
        catch_alls=embedder.embed(PROTOTYPES, "query"),
        ridge=ridge_map(
            normalise(everywhere - everywhere.mean(axis=0)),
            normalise(types[knowledge.bank_rows] - centre)[rows],
        ),
        form=form_map(samples, knowledge.sample_types, languages),
    )


def lexicon_of(corpora: Sequence[Corpus], knowledge: Knowledge) -> Lexicon:
    """Fit the rarity of words; only counts of common words are kept."""
    documents = [item for corpus in corpora for item in corpus.documents]
    return fit_lexicon(
        [document_text(item.document) for item in documents],
        [item.source for item in documents],
        [lexical_text(rule) for rule in knowledge.panel],
    )


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


def _by_types(
    corpus: Corpus, by_rules: Sequence[Sequence[ScoredDocument]]
) -> Iterator[tuple[list[str], Sequence[ScoredDocument]]]:
    """Yield the types of each set of rules and the documents that were scored by it."""
    for rules, documents in zip(corpus.rule_sets, by_rules, strict=True):
        yield [rule.type for rule in rules], documents


def draw_rules(
    right: int | None, total: int, count: int, *, present: bool, random: np.random.Generator
) -> list[int]:
    """Draw `count` of `total` rules, the `right` one first if it is to be present."""
    others = [position for position in range(total) if position != right]
    if right is None or not present:
        return [int(position) for position in random.choice(others, count, replace=False)]
    return [right, *(int(p) for p in random.choice(others, count - 1, replace=False))]


def draw_outcomes(
    documents: Sequence[ScoredDocument], types: Sequence[str], seed: int, absent: float = _ABSENT
) -> Outcomes:
    """Draw six random rule sets for each document, the share `absent` without the right rule."""
    rows: list[Features] = []
    match_right: list[bool] = []
    null_right: list[bool] = []
    for scores, present in _draw(documents, types, seed, absent):
        rows.append(extract_features(scores))
        match_right.append(present and int(scores.rules.argmax()) == 0)
        null_right.append(not present)
    return Outcomes(np.array(rows), np.array(match_right), np.array(null_right))


def _draw(
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
        (scores, 0 if present else None) for scores, present in _draw(documents, types, 0, _ABSENT)
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
    for scores, present in _draw(documents, types, seed, _ABSENT):
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
