"""The user's case: all types at once, and labels one after the other in the order of triage."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from rich.table import Table

from app.jobs.values import Rule
from app.learning.triage import Candidate, order_candidates
from benchmarks.accuracy.engines import CASCADE, Fits, report_step
from benchmarks.accuracy.folds import FOLDS
from benchmarks.accuracy.learning_trials import Observed, Trial, observe
from benchmarks.accuracy.statistics import paired_difference
from benchmarks.accuracy.tables import new_table, points, rate
from worker.classification.fitting.corpus import Corpus, LabelledDocument
from worker.classification.knowledge.base import load_knowledge

STEPS = (0, 10, 20, 40, 80, 160)
RANDOM_ORDERS = 3
# Types of one collection that are kinds of a type of the other, or the same by another name. Each
# document has the label of its own collection, so that labels of these contradict each other.
KINDRED = (
    ("terms_policy", "terms_of_service", "privacy_policy"),
    ("legislation", "law"),
    ("financial_report", "annual_report"),
    (
        "contract",
        "employment_contract",
        "loan_agreement",
        "construction_contract",
        "software_license_agreement",
    ),
)
_SEED = 43


def measure(
    fits: Fits,
    documents: Sequence[LabelledDocument],
    rules: Sequence[Rule],
    texts: Corpus | None,
) -> Table:
    """Return the accuracy after so many labels, by triage and in random order.

    All documents are judged by all types of both collections; a verdict is right if it is the label
    or a type of `KINDRED` with it. Labelled documents may come from the
    source of the judged one, as those of a user do, but no document is on both sides.
    """
    added = () if texts is None else texts.rule_sets[0]
    known = {rule.type for rule in rules}
    everything = [*rules, *(rule for rule in added if rule.type not in known)]
    whole = [*documents, *(() if texts is None else texts.documents)]
    fitted = fits.fit(CASCADE, load_knowledge())
    observed = [
        part
        for number in range(FOLDS)
        for part in _halves(observe(fitted, number, whole, everything))
    ]
    triage = [_hits(observed, [_triage(fold) for fold in observed])]
    random = [
        _hits(observed, [_random(fold, draw) for fold in observed]) for draw in range(RANDOM_ORDERS)
    ]
    return _table(triage, random, [item.source for item in whole], len(everything))


def _table(
    triage: Sequence[np.ndarray], random: Sequence[np.ndarray], sources: Sequence[str], rules: int
) -> Table:
    """Show the share of right verdicts at each step, the mean over the runs of each order."""
    table = new_table(
        f"{len(sources)} documents, {rules} rules: right verdicts after so many labels",
        "labels",
        right=("triage", "random order", "triage less random (90% by source)"),
    )
    for step, count in enumerate(STEPS):
        first, second = (
            np.mean([hits[step] for hits in runs], axis=0) for runs in (triage, random)
        )
        change = paired_difference(first, second, sources)
        table.add_row(str(count), rate(change.first), rate(change.second), points(change))
    return table


def _halves(observed: Observed) -> Iterator[Observed]:
    """Yield the fold twice: half of its documents are judged, and the others can be labelled."""
    random = np.random.default_rng(_SEED).permutation(len(observed.folds)) % 2
    for half in (0, 1):
        folds = [
            fold if mine == half else -1 for fold, mine in zip(observed.folds, random, strict=True)
        ]
        yield replace(observed, folds=folds)


def _hits(observed: Sequence[Observed], orders: Sequence[Sequence[int]]) -> np.ndarray:
    """Return for each number of labels whether each document is judged rightly, (steps, n)."""
    hits = np.full((len(STEPS), len(observed[0].documents)), np.nan)
    for step, count in enumerate(STEPS):
        report_step(f"{count} labels one after the other")
        for fold, order in zip(observed, orders, strict=True):
            labels = [(row, _label(fold, row)) for row in order[:count]]
            trial = Trial(fold, range(len(fold.rules)), labels)
            for row in fold.rows(inside=True):
                position = trial.judge(row).position
                type_ = None if position is None else fold.rules[position].type
                hits[step, row] = _kind(type_) == _kind(_label(fold, row))
    return hits


def _kind(type_: str | None) -> str | None:
    return next((kinds[0] for kinds in KINDRED if type_ in kinds), type_)


def _label(observed: Observed, row: int) -> str | None:
    label = observed.documents[row].label
    return label if any(rule.type == label for rule in observed.rules) else None


def _triage(observed: Observed) -> list[int]:
    """Return the documents outside the fold as a person who follows triage labels them."""
    trial = Trial(observed, range(len(observed.rules)), ())
    candidates = []
    for row in observed.rows(inside=False):
        verdict = trial.judge(row)
        type_ = None if verdict.position is None else observed.rules[verdict.position].type
        candidates.append(Candidate(str(row), type_, verdict.confidence, verdict.other))
    return [int(str(each.id)) for each in order_candidates(candidates)]


def _random(observed: Observed, draw: int) -> list[int]:
    random = np.random.default_rng([_SEED, draw])
    return [int(row) for row in random.permutation(observed.rows(inside=False))]
