"""`python -m benchmarks.accuracy.examples --corpus DIR`: measure the gain by examples of rules.

DIR holds labelled documents (see worker.classification.fitting.corpus). A document is scored with
constants that were fitted without its source and with examples of other sources only; a rule
without a document from another source gets none. The tables are for the whole bank and for the
bank without the rules' types, which stands for custom types. Tables go to stdout, progress to
stderr.
"""

import argparse
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from app.jobs.values import Rule
from benchmarks.accuracy import metrics
from benchmarks.accuracy.custom import without_own_types
from benchmarks.accuracy.engines import Fitted, Fitter, report_step
from benchmarks.accuracy.folds import FOLDS, Scored
from benchmarks.accuracy.metrics import Sample
from benchmarks.accuracy.statistics import Floats, paired_difference
from benchmarks.accuracy.tables import corpus_line, new_table, rate
from benchmarks.corpus import load_corpus
from worker.classification.embedders.base import Vectors
from worker.classification.fitting.corpus import LabelledDocument
from worker.classification.fitting.random_rules import ScoredDocument
from worker.classification.knowledge.base import Knowledge, load_knowledge
from worker.classification.loading import limit_blas_threads
from worker.classification.scoring.comparison import Comparison
from worker.classification.scoring.document_text import DocumentText
from worker.classification.scoring.examples import EmbeddedExamples, combine_examples, directions_of
from worker.classification.scoring.scorer import Scorer

ENGINE = "fused"
COUNTS = (0, 1, 3, 5)
DRAWS = 3
_FEW = 5
_SEED = 29

RuleSets = Mapping[str, tuple[Rule, ...]]


@dataclass(frozen=True, slots=True)
class ExampleVariant:
    """The number of examples of each rule, and the share of the rules that get any."""

    count: int
    share: float = 1.0

    def __str__(self) -> str:
        return str(self.count) if self.share == 1 else f"{self.count}, half of the rules"


VARIANTS = (*(ExampleVariant(count) for count in COUNTS), ExampleVariant(3, 0.5))


@dataclass(frozen=True, slots=True)
class EmbeddedItem:
    """A labelled document, embedded with the constants of one fold."""

    item: LabelledDocument
    text: DocumentText
    comparison: Comparison
    directions: tuple[Vectors, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """The results with a number of examples, over rule files and draws.

    `hits` and `few` have shape (documents,): how often the best of all rules, and of five, was
    the right one; NaN where no rule is right. `gained` and `lost` count the judgements by all
    rules that became right and wrong, by type. `with_examples` and `without` are the mean gain
    where the document's rule has examples and where only other rules have.
    """

    hits: Floats
    few: Floats
    null_auroc: float
    decisions: float
    error: float
    gained: Counter[str]
    lost: Counter[str]
    with_examples: float
    without: float


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True, help="labelled documents")
    arguments = parser.parse_args()
    console = Console(width=130)
    started = time.process_time()
    corpus = load_corpus(arguments.corpus)
    limit_blas_threads()
    console.print(corpus_line(corpus))
    measure_examples(Fitter(corpus), console)
    console.print(f"{time.process_time() - started:.0f} s of CPU")


def measure_examples(fitter: Fitter, console: Console) -> None:
    """Print the gain by examples, for known types and for custom types."""
    rules = next(iter(fitter.corpus.rule_sets.values()))
    whole = load_knowledge()
    removed = without_own_types(whole, rules, fitter.model("e5"))
    for title, knowledge in (
        ("Types that the bank knows", whole),
        ("Custom types: the bank without types similar or nearest to a rule", removed),
    ):
        _measure_with(fitter, knowledge, title, console)


def _measure_with(fitter: Fitter, knowledge: Knowledge, title: str, console: Console) -> None:
    fitted = fitter.fit(ENGINE, knowledge)
    fold_scorers = [FoldScorer(fitted, number) for number in range(FOLDS)]
    found: dict[ExampleVariant, Figures] = {}
    plain: list[Trial] = []
    for variant in VARIANTS:
        report_step(f"scoring with examples of each rule: {variant}")
        trials = _trials(fold_scorers, fitter, variant)
        # Without examples every draw is the same; the others are compared with it.
        plain = plain or trials
        found[variant] = _figures(trials, plain)
    files = len(fitter.corpus.rule_sets)
    sample = plain[0].sample
    table = _table(found, sample.sources, len(sample.types))
    table.title = f"{title}; {files} rule files, {DRAWS} draws of examples"
    console.print(table)
    console.print(_types_table(found[ExampleVariant(3)], title, sample))


@dataclass(frozen=True, slots=True)
class Trial:
    """One draw of examples, judged by one rule file.

    `has_examples` tells for which documents the right rule has examples.
    """

    sample: Sample
    has_examples: npt.NDArray[np.bool_]


class FoldScorer:
    """Scores the documents of one fold with the constants fitted without it."""

    def __init__(self, fitted: Fitted, number: int) -> None:
        constants = fitted.constants[number]
        self._fold = fitted.fold
        self._number = number
        self._calibration = constants.calibration
        self._scorer = Scorer(
            fitted.embedders, constants.vectors, constants.lexicon, fitted.knowledge
        )
        self._read: list[EmbeddedItem] = []

    def score(
        self,
        documents: Sequence[LabelledDocument],
        rule_sets: RuleSets,
        variant: ExampleVariant,
        draw: int,
    ) -> list[tuple[Scored, bool]]:
        """Score the fold's documents by each set of rules, with examples from all documents.

        Returns for each also whether its right rule has examples. The draws for more examples
        contain those for fewer.
        """
        if not self._read:
            self._read = [read for item in documents if (read := self._embed(item))]
        random = np.random.default_rng([_SEED, draw])
        order = [self._read[place] for place in random.permutation(len(self._read))]
        labels = sorted({read.item.label for read in order})
        kept = {label for label in labels if random.random() < variant.share}
        scored = []
        for read in self._read:
            if self._fold[read.item.source] != self._number:
                continue
            shown = {
                label: examples
                for label in kept
                if (examples := _examples(order, label, read.item.source, variant.count))
            }
            by_rules = {
                name: ScoredDocument(
                    self._scorer.score(
                        read.text,
                        read.comparison,
                        rules,
                        [shown.get(rule.type) for rule in rules],
                    ),
                    read.item.label,
                    read.item.source,
                )
                for name, rules in rule_sets.items()
            }
            has_examples = read.item.label in shown
            scored.append((Scored(read.item, by_rules, self._calibration), has_examples))
        return scored

    def _embed(self, item: LabelledDocument) -> EmbeddedItem | None:
        if not item.has_text_layer:
            return None
        text = self._scorer.read(item.document)
        if not text.chunks:
            return None
        comparison = self._scorer.compare(text, self._scorer.depths[-1])
        return EmbeddedItem(item, text, comparison, directions_of(comparison, self._scorer.spaces))


def _examples(
    order: Sequence[EmbeddedItem], label: str, source: str, count: int
) -> EmbeddedExamples | None:
    """Return the first `count` documents of a type that are of other sources."""
    others = [
        read.directions for read in order if read.item.label == label and read.item.source != source
    ]
    return combine_examples(others[:count]) if others[:count] else None


def _trials(
    fold_scorers: Sequence[FoldScorer], fitter: Fitter, variant: ExampleVariant
) -> list[Trial]:
    """Return a trial for each draw and rule file, all with the same documents in order."""
    rule_sets = fitter.corpus.rule_sets
    documents = fitter.corpus.labelled.documents
    trials = []
    for draw in range(DRAWS if variant.count else 1):
        judged = [
            pair
            for fold_scorer in fold_scorers
            for pair in fold_scorer.score(documents, rule_sets, variant, draw)
        ]
        scored = [item for item, _ in judged]
        shown = np.array([has_examples for _, has_examples in judged])
        trials += [
            Trial(Sample(scored, name, [rule.type for rule in rules]), shown)
            for name, rules in rule_sets.items()
        ]
    return trials


def _figures(trials: Sequence[Trial], plain: Sequence[Trial]) -> Figures:
    samples = [trial.sample for trial in trials]
    shown = np.array([trial.has_examples for trial in trials])
    hits = np.array([metrics.choice_hits(sample) for sample in samples])
    before = np.array([metrics.choice_hits(trial.sample) for trial in plain])
    before = np.tile(before, (len(trials) // len(plain), 1))
    made = [decided for sample in samples for decided in metrics.decisions(sample)]
    labels = np.array([item.item.label for item in samples[0].documents])
    return Figures(
        hits=np.mean(hits, axis=0),
        few=np.mean([metrics.forced_hits(sample, _FEW) for sample in samples], axis=0),
        null_auroc=float(np.mean([metrics.null_auroc(sample, 3) for sample in samples])),
        decisions=metrics.share_right(made),
        error=metrics.calibration_error(made),
        gained=Counter(labels[np.nonzero(hits > before)[1]].tolist()),
        lost=Counter(labels[np.nonzero(hits < before)[1]].tolist()),
        with_examples=metrics.mean_hit((hits - before)[shown]),
        without=metrics.mean_hit((hits - before)[~shown]),
    )


def _table(found: Mapping[ExampleVariant, Figures], sources: Sequence[str], types: int) -> Table:
    table = new_table(
        "",
        "examples\nof each rule",
        right=(
            f"{types}\nrules",
            "points\ngained",
            "90% by\nsource",
            "right now,\nwrong before",
            "wrong now,\nright before",
            "own rule\nhas some",
            "has\nnone",
            "5\nrules",
            "null\nAUROC",
            "deci-\nsions",
            "ECE",
        ),
    )
    plain = found[VARIANTS[0]]
    for variant, figures in found.items():
        is_plain = variant == VARIANTS[0]
        table.add_row(
            str(variant),
            rate(metrics.mean_hit(figures.hits)),
            *([""] * 6 if is_plain else _gain_cells(figures, plain, sources)),
            rate(metrics.mean_hit(figures.few)),
            rate(figures.null_auroc),
            rate(figures.decisions),
            rate(figures.error),
        )
    judged = int((~np.isnan(plain.hits)).sum())
    table.caption = (
        f"{judged} documents with a rule of their type; right and wrong count judgements, of"
        " which each document has one for each rule file and draw. The points gained are also"
        " shown apart for documents whose own rule has examples, and for those where only other"
        " rules have."
    )
    return table


def _gain_cells(figures: Figures, plain: Figures, sources: Sequence[str]) -> list[str]:
    """Return what examples change: the columns from the points gained to those of rules without."""
    change = paired_difference(figures.hits, plain.hits, sources)
    return [
        _points(change.value),
        f"{100 * change.low:+.1f} to {100 * change.high:+.1f}",
        str(figures.gained.total()),
        str(figures.lost.total()),
        _points(figures.with_examples),
        _points(figures.without),
    ]


def _points(value: float) -> str:
    return "-" if np.isnan(value) else f"{100 * value:+.1f}"


def _types_table(figures: Figures, title: str, sample: Sample) -> Table:
    """Show the types whose documents three examples of each rule changed."""
    table = new_table(
        f"{title}: types that 3 examples of each rule change",
        "type",
        right=("documents", "sources", "right now", "wrong now"),
    )
    documents = [item.item for item in sample.documents]
    changed = set(figures.gained) | set(figures.lost)
    for label in sorted(changed, key=lambda name: figures.lost[name] - figures.gained[name]):
        inside = [item for item in documents if item.label == label]
        table.add_row(
            label,
            str(len(inside)),
            str(len({item.source for item in inside})),
            str(figures.gained[label]),
            str(figures.lost[label]),
        )
    return table


if __name__ == "__main__":
    main()
