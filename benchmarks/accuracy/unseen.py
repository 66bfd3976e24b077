"""The figures of one collection that decide: all rules, few rules, null, confidence."""

from collections.abc import Callable, Sequence

import numpy as np
from rich.table import Table

from benchmarks.accuracy import metrics
from benchmarks.accuracy.folds import Scored
from benchmarks.accuracy.metrics import Decided, Sample
from benchmarks.accuracy.statistics import Floats, paired_difference
from benchmarks.accuracy.tables import new_table, rate
from benchmarks.halves import half_of
from worker.classification.fitting.random_rules import draw_rules

COUNTS = (1, 2, 3, 5, 10)
_DRAWS = 4
_SEED = 31
_SURE = 0.8


def halves(sample: Sample, sources: Sequence[str]) -> dict[str, Sample]:
    """Return the sample of each half of the collection and the whole.

    `sources` are those of all documents of the collection, also of those without text.
    """
    half = half_of(sources)
    return {
        "half A": sample.part(lambda item: half[item.item.source] == "A"),
        "half B": sample.part(lambda item: half[item.item.source] == "B"),
        "all": sample,
    }


def unseen_table(title: str, samples: dict[str, Sample]) -> Table:
    """Show for each sample the figures with all its rules, with 90% intervals by source."""
    table = new_table(
        title,
        "documents",
        right=("number", "best rule", "decision", "false null", "null where due", "ECE", ">= .8"),
    )
    for name, sample in samples.items():
        made = metrics.verdicts(sample)
        share, right = metrics.above(made, _SURE)
        table.add_row(
            name,
            str(int((~np.isnan(metrics.choice_hits(sample))).sum())),
            with_interval(metrics.choice_hits(sample), sample.sources),
            with_interval(decision_hits(sample), sample.sources),
            with_interval(false_nulls(sample), sample.sources),
            with_interval(nulls_where_due(sample), sample.sources),
            rate(metrics.calibration_error(made)),
            f"{share:.2f}, right {rate(right)}",
        )
    return table


def counts_table(samples: dict[str, Sample]) -> Table:
    """Show the share of right decisions among few rules; "-" where there are no more rules."""
    table = new_table(
        "Right decisions among few rules: the right one there / absent; ECE of both",
        "documents",
        right=tuple(f"{count} rule{'s' * (count > 1)}" for count in COUNTS),
    )
    for name, sample in samples.items():
        cells = []
        for count in COUNTS:
            if count >= len(sample.types):
                cells.append("-")
                continue
            there, absent = few_rules(sample, count)
            error = metrics.calibration_error([*there, *absent])
            cells.append(
                f"{metrics.share_right(there):.2f} / {metrics.share_right(absent):.2f}, {error:.3f}"
            )
        table.add_row(name, *cells)
    return table


def groups_table(sample: Sample) -> Table:
    """Show the figures by kind of document."""
    table = new_table("By kind of document", "kind", right=("number", "best rule", "decision"))
    kinds: dict[str, Callable[[Scored], bool]] = {
        "English": lambda item: item.item.language == "en",
        "other languages": lambda item: item.item.language != "en",
        "text layer": lambda item: item.item.has_text_layer,
        "scans and photographs": lambda item: not item.item.has_text_layer,
    }
    for name, belongs in kinds.items():
        part = sample.part(belongs)
        hits = metrics.choice_hits(part)
        if (~np.isnan(hits)).any():
            table.add_row(
                name,
                str(int((~np.isnan(hits)).sum())),
                with_interval(hits, part.sources),
                with_interval(decision_hits(part), part.sources),
            )
    return table


def with_interval(values: Floats, sources: Sequence[str]) -> str:
    """Return the mean of the values that count, with the 90% interval by source."""
    if np.isnan(values).all():
        return "-"
    found = paired_difference(values, np.where(np.isnan(values), np.nan, 0.0), sources)
    return f"{found.value:.3f} ({found.low:.2f}-{found.high:.2f})"


def decision_hits(sample: Sample) -> Floats:
    """Return for each document whether its right rule was chosen; NaN where no rule is right."""
    return _typed(sample, lambda made: not made.decision.is_null and made.is_right)


def false_nulls(sample: Sample) -> Floats:
    """Return for each document whether null was chosen although a rule is right; else NaN."""
    return _typed(sample, lambda made: made.decision.is_null)


def nulls_where_due(sample: Sample) -> Floats:
    """Return for each document whether null is chosen when its right rule is taken away."""
    due = np.full(len(sample.documents), np.nan)
    for row, item in enumerate(sample.documents):
        right = sample.right(item)
        if right is not None:
            others = [position for position in range(len(sample.types)) if position != right]
            made = metrics.decided_on(sample, item, others, present=False)
            due[row] = made.decision.is_null
    return due


def few_rules(sample: Sample, count: int) -> tuple[list[Decided], list[Decided]]:
    """Judge each document by random rules, with the right one among them and without."""
    random = np.random.default_rng(_SEED + count)
    there: list[Decided] = []
    absent: list[Decided] = []
    for item in sample.documents:
        right = sample.right(item)
        if right is None:
            continue
        for _ in range(_DRAWS):
            for present, made in ((True, there), (False, absent)):
                drawn = draw_rules(right, len(sample.types), count, present=present, random=random)
                made.append(metrics.decided_on(sample, item, drawn, present=present))
    return there, absent


def _typed(sample: Sample, measure: Callable[[Decided], bool]) -> Floats:
    values = np.full(len(sample.documents), np.nan)
    for row, (item, made) in enumerate(
        zip(sample.documents, metrics.verdicts(sample), strict=True)
    ):
        if sample.right(item) is not None:
            values[row] = measure(made)
    return values
