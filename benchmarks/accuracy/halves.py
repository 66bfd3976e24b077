"""Halves of the sources apart: what this program gains on the engine that it began with.

Knowledge was written looking at half A only, so the gain that counts is the one on half B and
on the text corpus. The first engine is USE alone with the first bank.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from rich.table import Table

from benchmarks.accuracy.folds import Scored, half_of
from benchmarks.accuracy.metrics import Sample, choice_hits, decision_hits, forced_hits
from benchmarks.accuracy.statistics import Difference, Floats, paired_difference
from benchmarks.accuracy.tables import new_table, rate

FEW = 5


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure of both engines over a part of the documents, by one or more rule files."""

    part: str
    rules: str
    figure: str
    documents: int
    sources: int
    difference: Difference


def compare(part: str, rules: str, ours: list[Sample], first: list[Sample]) -> list[Comparison]:
    """Compare two engines on the same documents; samples are of one rule file each, in order.

    A document's result is the mean of its results over the rule files.
    """
    sources = ours[0].sources
    types = len(ours[0].types)
    figures = {
        f"all {types} rules": (_mean(ours, choice_hits), _mean(first, choice_hits)),
        f"{FEW} rules": (_mean(ours, _few), _mean(first, _few)),
        "decisions": (_mean(ours, decision_hits), _mean(first, decision_hits)),
    }
    return [
        Comparison(
            part,
            rules,
            figure,
            int((~np.isnan(our_hits)).sum()),
            len({source for source, hit in zip(sources, our_hits, strict=True) if hit == hit}),
            paired_difference(our_hits, first_hits, sources),
        )
        for figure, (our_hits, first_hits) in figures.items()
        if not np.isnan(our_hits).all()
    ]


def compare_halves(ours: list[Sample], first: list[Sample]) -> list[Comparison]:
    """Compare two engines on half A, half B and both, by the first rule file and by all."""
    half = half_of(ours[0].sources)
    found = []
    for name in ("A", "B", "AB"):

        def inside(item: Scored, name: str = name) -> bool:
            return half[item.item.source] in name

        our_part = [sample.part(inside) for sample in ours]
        first_part = [sample.part(inside) for sample in first]
        part = f"half {name}" if len(name) == 1 else "both halves"
        found += compare(part, ours[0].rules, our_part[:1], first_part[:1])
        if len(ours) > 1:
            found += compare(part, f"all {len(ours)} rule files", our_part, first_part)
    return found


def halves_table(comparisons: Sequence[Comparison], title: str) -> Table:
    """Show both engines and their difference, in points, with its interval."""
    table = new_table(
        title,
        "documents",
        "rules",
        "figure",
        right=("counted", "sources", "now", "first", "points gained", "90% by source"),
    )
    last = None
    for item in comparisons:
        if last not in {None, (item.part, item.rules)}:
            table.add_section()
        is_new = last != (item.part, item.rules)
        last = (item.part, item.rules)
        difference = item.difference
        table.add_row(
            item.part if is_new else "",
            item.rules if is_new else "",
            item.figure,
            str(item.documents),
            str(item.sources),
            rate(difference.first),
            rate(difference.second),
            f"{100 * difference.value:+.1f}",
            f"{100 * difference.low:+.1f} to {100 * difference.high:+.1f}",
        )
    return table


def _few(sample: Sample) -> Floats:
    return forced_hits(sample, FEW)


def _mean(samples: Sequence[Sample], hits: Callable[[Sample], Floats]) -> Floats:
    return np.asarray(np.mean([hits(sample) for sample in samples], axis=0))
