"""The metrics of scored documents. All random draws have fixed seeds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.accuracy.folds import Scored
from benchmarks.accuracy.statistics import Floats, auroc, expected_calibration_error, reliability
from worker.classification.fitting.random_rules import draw_rules
from worker.classification.scoring.calibration import Decision

DECISION_COUNTS = (2, 3, 4, 5, 8)
ABSENT = 0.35
_FORCED_DRAWS = 20
_NULL_DRAWS = 5
_DECISION_DRAWS = 6


@dataclass(frozen=True, slots=True)
class Sample:
    """Scored documents, the name of one rule set, and its types."""

    documents: Sequence[Scored]
    rules: str
    types: Sequence[str]

    def right(self, item: Scored) -> int | None:
        """Return the position of the right rule, None when there is none."""
        label = item.item.label
        return self.types.index(label) if label in self.types else None

    def best(self, item: Scored, drawn: Sequence[int]) -> tuple[int, float]:
        """Return the position within `drawn` of the best rule, and its score."""
        scores = item.decide(self.rules, drawn)[0].rules
        return int(scores.argmax()), float(scores.max())

    def part(self, belongs: Callable[[Scored], bool]) -> "Sample":
        """Return the sample of the documents that belong."""
        kept = [item for item in self.documents if belongs(item)]
        return Sample(kept, self.rules, self.types)

    @property
    def sources(self) -> list[str]:
        """Return the source of each document."""
        return [item.item.source for item in self.documents]


def all_rules(sample: Sample) -> tuple[list[int], list[int]]:
    """Return the right and the best rule of each document that has a right one."""
    pairs = [
        (right, sample.best(item, range(len(sample.types)))[0])
        for item in sample.documents
        if (right := sample.right(item)) is not None
    ]
    return [right for right, _ in pairs], [best for _, best in pairs]


def macro_f1(right: Sequence[int], best: Sequence[int]) -> float:
    """Return the mean F1 of the types that occur."""
    values = []
    for kind in sorted(set(right)):
        both = sum(r == kind == b for r, b in zip(right, best, strict=True))
        values.append(2 * both / (right.count(kind) + best.count(kind)))
    return float(np.mean(values))


def choice_hits(sample: Sample) -> Floats:
    """Return, for each document, 1 if its best rule of all is the right one, else 0.

    Shape (n,), here and below; NaN where no rule is right.
    """
    hits = np.full(len(sample.documents), np.nan)
    for row, item in enumerate(sample.documents):
        right = sample.right(item)
        if right is not None:
            hits[row] = sample.best(item, range(len(sample.types)))[0] == right
    return hits


def mean_hit(hits: Floats) -> float:
    """Return the mean over the documents that count; NaN when none does."""
    counted = hits[~np.isnan(hits)]
    return float(counted.mean()) if len(counted) else float("nan")


def forced_hits(sample: Sample, count: int) -> Floats:
    """Return how often the right one of `count` random rules, always among them, is best.

    All are NaN when there are fewer rules.
    """
    random = np.random.default_rng(count)
    hits = np.full(len(sample.documents), np.nan)
    if count > len(sample.types):
        return hits
    for row, item in enumerate(sample.documents):
        right = sample.right(item)
        if right is None:
            continue
        draws = []
        for _ in range(_FORCED_DRAWS):
            drawn = draw_rules(right, len(sample.types), count, present=True, random=random)
            draws.append(sample.best(item, drawn)[0] == 0)
        hits[row] = np.mean(draws)
    return hits


def forced_choice(sample: Sample, count: int) -> float:
    """Return the mean of `forced_hits`."""
    return mean_hit(forced_hits(sample, count))


def null_auroc(sample: Sample, count: int) -> float:
    """Return how well the best score tells "the right rule is there and first" from "absent".

    NaN when there are too few rules to leave one out.
    """
    random = np.random.default_rng(100 + count)
    if count >= len(sample.types):
        return float("nan")
    with_right: list[float] = []
    without: list[float] = []
    for item in sample.documents:
        right = sample.right(item)
        if right is None:
            continue
        for _ in range(_NULL_DRAWS):
            drawn = draw_rules(right, len(sample.types), count, present=True, random=random)
            position, score = sample.best(item, drawn)
            if position == 0:
                with_right.append(score)
            drawn = draw_rules(right, len(sample.types), count, present=False, random=random)
            without.append(sample.best(item, drawn)[1])
    return auroc(with_right, without)


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision: whether it was right, whether null was, and how many rules there were."""

    decision: Decision
    is_right: bool
    null_is_right: bool
    rules: int


def decisions(sample: Sample, seed: int = 3) -> list[Decided]:
    """Judge random sets of rules, about a third without the right one, six a document."""
    random = np.random.default_rng(seed)
    decided = []
    for item in sample.documents:
        right = sample.right(item)
        for _ in range(_DECISION_DRAWS):
            count = int(random.choice([c for c in DECISION_COUNTS if c < len(sample.types)]))
            present = right is not None and bool(random.random() > ABSENT)
            drawn = draw_rules(right, len(sample.types), count, present=present, random=random)
            decided.append(decided_on(sample, item, drawn, present=present))
    return decided


def verdicts(sample: Sample) -> list[Decided]:
    """Judge each document by all rules, as a job with all of them would."""
    decided = []
    for item in sample.documents:
        right = sample.right(item)
        others = [position for position in range(len(sample.types)) if position != right]
        drawn = others if right is None else [right, *others]
        decided.append(decided_on(sample, item, drawn, present=right is not None))
    return decided


def decided_on(sample: Sample, item: Scored, drawn: Sequence[int], *, present: bool) -> Decided:
    """Judge one document by the rules at the positions `drawn`, the right one first if present."""
    scores, decision = item.decide(sample.rules, drawn)
    matched = present and int(scores.rules.argmax()) == 0
    return Decided(decision, not present if decision.is_null else matched, not present, len(drawn))


def share_right(decided: Sequence[Decided]) -> float:
    """Return the share of decisions that were right."""
    return float(np.mean([item.is_right for item in decided]))


def null_precision_recall(decided: Sequence[Decided]) -> tuple[float, float]:
    """Return how often null was right when said, and how often it was said when right."""
    said = [item.null_is_right for item in decided if item.decision.is_null]
    due = [item.decision.is_null for item in decided if item.null_is_right]
    return float(np.mean(said)) if said else 0.0, float(np.mean(due)) if due else 0.0


def calibration_error(decided: Sequence[Decided], bins: int = 10) -> float:
    """Return the expected calibration error over equal bins of confidence."""
    confidence = [item.decision.confidence for item in decided]
    right = [item.is_right for item in decided]
    return expected_calibration_error(reliability(confidence, right, bins))


def above(decided: Sequence[Decided], confidence: float) -> tuple[float, float]:
    """Return the share of decisions at least so confident, and how many of those are right."""
    kept = [item for item in decided if item.decision.confidence >= confidence]
    return len(kept) / len(decided), share_right(kept) if kept else 0.0
