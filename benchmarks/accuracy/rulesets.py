"""Unusual sets of rules: a single one, fifty, near-duplicates, and rules in another language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rich.table import Table

from app.jobs.values import Rule
from benchmarks.accuracy import metrics
from benchmarks.accuracy.folds import Scored
from benchmarks.accuracy.metrics import Sample
from benchmarks.accuracy.statistics import expected_calibration_error, reliability
from benchmarks.accuracy.tables import new_table, rate
from worker.classification.fitting.random_rules import draw_rules

MANY = 50
_FEW = 5
_SEED = 23

Draw = Callable[[int, bool, np.random.Generator], list[int]]
"""Returns positions of rules for a document; takes its right rule and whether to include it."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One judgement, with or without the right rule."""

    is_present: bool
    top_is_right: bool
    is_right: bool
    confidence: float


def with_generic_types(
    rules: Sequence[Rule], scored: Scored, panel: Sequence[Rule], name: str
) -> tuple[Rule, ...]:
    """Return the rules and enough generic types, which none of them covers, to make fifty."""
    uncovered = scored.by_rules[name].scores.uncovered()
    count = min(MANY - len(rules), len(uncovered))
    drawn = np.random.default_rng(_SEED).choice(uncovered, count, replace=False)
    return (*rules, *(panel[int(position)] for position in drawn))


def rule_sets_table(ours: Sample, many: Sample, twice: Sample) -> Table:
    """Show few, many and doubled rules, the right one there and absent once for each document.

    `many` has generic types after the rules of `ours`; `twice` has the same types again, in the
    words of another rule file, after them.
    """
    types = len(ours.types)
    few = min(_FEW, types - 1)

    def some(count: int) -> Draw:
        return lambda right, present, random: draw_rules(
            right, types, count, present=present, random=random
        )

    def doubled(right: int, present: bool, random: np.random.Generator) -> list[int]:
        drawn = some(few)(right, present, random)
        return [*drawn, *(types + position for position in drawn)]

    def every(count: int) -> Draw:
        return lambda right, present, _random: [
            position for position in range(count) if present or position != right
        ]

    table = new_table(
        "Sets of rules; for each document once with the right rule and once without",
        "rules",
        right=("judged", "top is right", "right: there", "absent", "both", "confidence", "ECE"),
    )
    for name, sample, draw in (
        ("1 rule: yes or no", ours, some(1)),
        (f"{few} rules", ours, some(few)),
        (f"the same {few} rules, each twice in different words", twice, doubled),
        (f"all {types} rules", ours, every(types)),
        (f"{len(many.types)} rules: these and generic types", many, every(len(many.types))),
    ):
        table.add_row(name, *_row(_trials(sample, draw)))
    return table


def languages_table(scored: Sequence[Scored], names: Sequence[str], types: Sequence[str]) -> Table:
    """Show each rule file on English documents and on all others."""
    table = new_table(
        "Rules in another language than the document, cross-fitted",
        "rules",
        "documents",
        right=("documents", f"{len(types)} rules", "5 rules", "null AUROC", "decisions", "ECE"),
    )
    parts: Mapping[str, Callable[[Scored], bool]] = {
        "English": lambda item: item.item.language == "en",
        "other languages": lambda item: item.item.language != "en",
    }
    for documents, belongs in parts.items():
        for name in names:
            sample = Sample(scored, name, types).part(belongs)
            hits = metrics.choice_hits(sample)
            if np.isnan(hits).all():
                continue
            made = metrics.decisions(sample)
            table.add_row(
                name,
                documents,
                str(int((~np.isnan(hits)).sum())),
                rate(metrics.mean_hit(hits)),
                rate(metrics.forced_choice(sample, 5)),
                rate(metrics.null_auroc(sample, 3)),
                rate(metrics.share_right(made)),
                rate(metrics.calibration_error(made)),
            )
        table.add_section()
    return table


def _trials(sample: Sample, draw: Draw) -> list[Trial]:
    random = np.random.default_rng(_SEED)
    trials = []
    for item in sample.documents:
        right = sample.right(item)
        if right is None:
            continue
        for present in (True, False):
            drawn = draw(right, present, random)
            scores, decision = item.decide(sample.rules, drawn)
            top = drawn[int(scores.rules.argmax())]
            matched = sample.types[top] == sample.types[right]
            is_right = (not present) if decision.is_null else matched
            trials.append(Trial(present, matched, is_right, decision.confidence))
    return trials


def _row(trials: Sequence[Trial]) -> list[str]:
    there = [trial for trial in trials if trial.is_present]
    absent = [trial for trial in trials if not trial.is_present]
    error = expected_calibration_error(
        reliability([trial.confidence for trial in trials], [trial.is_right for trial in trials])
    )
    values = (
        np.mean([trial.top_is_right for trial in there]),
        np.mean([trial.is_right for trial in there]),
        np.mean([trial.is_right for trial in absent]),
        np.mean([trial.is_right for trial in trials]),
        np.mean([trial.confidence for trial in trials]),
        error,
    )
    return [str(len(trials)), *(rate(float(value)) for value in values)]
