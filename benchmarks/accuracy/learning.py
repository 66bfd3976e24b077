"""`python -m benchmarks.accuracy.learning --corpus DIR ...`: measure what labels are worth.

DIR holds labelled documents (see worker.classification.fitting.corpus); of the halves of a
collection `--half` takes one. Each document is judged by constants that were fitted without its
source, and by labels of documents of other sources. The tables are for types that the bank knows
and for custom types, whose samples and those of similar types are removed from the bank. Tables go
to stdout, progress to stderr.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.accuracy import learning_curve
from benchmarks.accuracy.custom import without_own_types
from benchmarks.accuracy.engines import CASCADE, Fits, report_step
from benchmarks.accuracy.folds import FOLDS
from benchmarks.accuracy.learning_trials import (
    Judged,
    Observed,
    Trial,
    judge_documents,
    observe,
    pick_labels,
)
from benchmarks.accuracy.statistics import (
    Floats,
    expected_calibration_error,
    paired_difference,
    reliability,
)
from benchmarks.accuracy.tables import new_table, points, rate
from benchmarks.corpus import LoadedCorpus, load_corpus
from benchmarks.halves import half_of
from worker.classification.fitting.corpus import LabelledDocument
from worker.classification.knowledge.base import load_knowledge
from worker.classification.loading import limit_blas_threads

COUNTS = (0, 1, 3, 5, 10)
DRAWS = 3
WRONG = 0.1
FEW = 5
_SEED = 41


@dataclass(frozen=True, slots=True)
class Variant:
    """How many labels each type has, and the share of them that is wrong."""

    count: int
    wrong: float = 0.0

    def __str__(self) -> str:
        return f"{self.count}, {self.wrong:.0%} wrong" if self.wrong else str(self.count)


VARIANTS = (*(Variant(count) for count in COUNTS), Variant(5, WRONG), Variant(10, WRONG))


def main() -> None:
    """Measure and print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument(
        "--corpus", type=Path, required=True, nargs="+", help="labelled documents, one or several"
    )
    arguments.add_argument("--half", choices=["A", "B"], help="a half of the last corpus only")
    given = arguments.parse_args()
    console = Console(width=130)
    started = time.process_time()
    corpora = [load_corpus(place) for place in given.corpus]
    limit_blas_threads()
    documents = _choose_documents(corpora, given.half)
    fits = Fits(corpora)
    rules = next(iter(corpora[0].rule_sets.values()))
    whole = load_knowledge()
    custom = without_own_types(whole, rules, fits.model("e5"))
    for title, knowledge in (
        ("Types that the bank knows", whole),
        ("Custom types: the bank without types similar or nearest to a rule", custom),
    ):
        fitted = fits.fit(CASCADE, knowledge)
        observed = [observe(fitted, number, documents, rules) for number in range(FOLDS)]
        report_step(f"learning: {title}")
        everything = list(range(len(rules)))
        console.print(_table(observed, documents, [everything], f"{title}; {len(rules)} rules"))
        few = np.random.default_rng(_SEED).permutation(len(rules))
        sets = [few[start : start + FEW].tolist() for start in range(0, len(rules), FEW)]
        sets = [chosen for chosen in sets if len(chosen) == FEW]
        console.print(_table(observed, documents, sets, f"{title}; {FEW} rules at a time"))
    texts = next((corpus.text for corpus in corpora if corpus.text), None)
    console.print(learning_curve.measure(fits, documents, rules, texts))
    console.print(f"{time.process_time() - started:.0f} s of CPU")


def _choose_documents(corpora: Sequence[LoadedCorpus], half: str | None) -> list[LabelledDocument]:
    """Return the labelled documents, of the last corpus only those of the half, if one is given."""
    *others, last = (corpus.labelled.documents for corpus in corpora)
    documents = [item for other in others for item in other]
    halves = half_of([item.source for item in last])
    return documents + [item for item in last if half is None or halves[item.source] == half]


def _table(
    observed: Sequence[Observed],
    documents: Sequence[LabelledDocument],
    sets: Sequence[Sequence[int]],
    title: str,
) -> Table:
    """Show the figures with each number of labels; differences are to the engine alone."""
    table = new_table(
        title,
        "labels of\neach type",
        right=(
            "used",
            "best\nrule",
            "points (90%\nby source)",
            "decision",
            "points (90%\nby source)",
            "null\nwhere due",
            "points (90%\nby source)",
            "null,\nno rule",
            "ECE",
        ),
    )
    plain: list[Judged] = []
    for variant in VARIANTS:
        report_step(f"{variant} labels of each type")
        judged, used = _measure(observed, sets, variant)
        plain = plain or judged
        used_share = f"{used:.0%}" if variant.count else ""
        figures = _figures(judged, plain, documents, shows_points=variant.count > 0)
        table.add_row(str(variant), used_share, *figures)
    table.caption = (
        f"{len(documents)} documents, {DRAWS} draws of labels from other sources. Null where due:"
        " the right rule and its labels are taken away. The engine's constants were fitted without"
        " the judged sources; how labels count was chosen on dev and half A of dev2."
    )
    return table


def _figures(
    judged: Sequence[Judged],
    plain: Sequence[Judged],
    documents: Sequence[LabelledDocument],
    *,
    shows_points: bool,
) -> list[str]:
    """Return the cells of a row behind "used"; `plain` are the verdicts without labels."""
    sources = [item.source for item in documents]
    cells = []
    for name in ("best", "decision", "absent"):
        change = paired_difference(_by_document(judged, name), _by_document(plain, name), sources)
        cells += [rate(change.first), points(change) if shows_points else ""]
    none = [each.decision for each in judged if each.is_none]
    right = [bool(each.decision) for each in judged]
    bins = reliability([each.confidence for each in judged], right)
    return [
        *cells,
        rate(float(np.mean(none))) if none else "-",
        rate(expected_calibration_error(bins)),
    ]


def _measure(
    observed: Sequence[Observed], sets: Sequence[Sequence[int]], variant: Variant
) -> tuple[list[Judged], float]:
    """Return all verdicts over draws, folds and sets of rules, and how often labels were used."""
    judged: list[Judged] = []
    used: list[bool] = []
    for draw in range(DRAWS if variant.count else 1):
        for fold in observed:
            for chosen in sets:
                random = np.random.default_rng([_SEED, draw, fold.number])
                labels = pick_labels(fold, chosen, variant.count, variant.wrong, random)
                trial = Trial(fold, chosen, labels)
                used.append(trial.is_used)
                judged += judge_documents(trial)
    return judged, float(np.mean(used))


def _by_document(judged: Sequence[Judged], name: str) -> Floats:
    """Return the mean of a figure for each document, NaN where it does not apply."""
    count = max(each.row for each in judged) + 1
    sums, counts = np.zeros(count), np.zeros(count)
    for each in judged:
        value = None if each.is_none else getattr(each, name)
        if value is not None:
            sums[each.row] += value
            counts[each.row] += 1
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


if __name__ == "__main__":
    main()
