"""Custom types: the accuracy for types that are not in the bank."""

from collections.abc import Sequence

import numpy as np
from rich.table import Table

from app.jobs.values import Rule
from benchmarks.accuracy import metrics
from benchmarks.accuracy.metrics import Sample
from benchmarks.accuracy.tables import new_table, rate
from worker.classification.embedders.base import Embedder, normalise
from worker.classification.knowledge.base import Knowledge
from worker.classification.rules.texts import rule_text

_SIMILAR = 0.5


def without_own_types(knowledge: Knowledge, rules: Sequence[Rule], embedder: Embedder) -> Knowledge:
    """Return the knowledge without the bank types that are similar or nearest to a rule.

    Similar descriptions have a centred cosine above 0.5. The types' samples are removed too; the
    panel, which has no samples, stays.
    """
    panel = embedder.embed([rule_text(rule) for rule in knowledge.panel], "query")
    centre = panel.mean(axis=0)
    ours, theirs = (
        normalise(embedder.embed([rule_text(rule) for rule in group], "query") - centre)
        for group in (rules, knowledge.bank_types)
    )
    cosines = ours @ theirs.T
    own = set(np.flatnonzero(cosines.max(axis=0) > _SIMILAR).tolist())
    own |= set(cosines.argmax(axis=1).tolist())
    return knowledge.without_samples({knowledge.bank_types[place].type for place in own})


def custom_table(whole: Sample, removed: Sample, sizes: tuple[int, int]) -> Table:
    """Show the figures with the whole bank and without the rules' own types.

    `sizes` are the numbers of bank types of each.
    """
    types = len(whole.types)
    table = new_table(
        "Custom types, cross-fitted",
        "bank",
        right=("types", f"{types} rules", "5 rules", "null AUROC", "decisions", "ECE"),
    )
    names = ("whole", "without types similar or nearest to a rule")
    for name, sample, size in zip(names, (whole, removed), sizes, strict=True):
        made = metrics.decisions(sample)
        table.add_row(
            name,
            str(size),
            rate(metrics.mean_hit(metrics.choice_hits(sample))),
            rate(metrics.forced_choice(sample, 5)),
            rate(metrics.null_auroc(sample, 3)),
            rate(metrics.share_right(made)),
            rate(metrics.calibration_error(made)),
        )
    return table
