"""`python -m benchmarks.accuracy.worth --corpus DIR ...`: what each part of scoring is worth.

Each part is left out, the calibration is fitted again, and the decisions with all rules of the
first rule file are compared with those of the whole engine. Each half of the last corpus is scored
by constants fitted on the other half and the other corpora, once with the whole bank and once
without the samples of the rules' own types.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.accuracy.custom import without_own_types
from benchmarks.accuracy.engines import Fits, report_step
from benchmarks.accuracy.folds import score_with
from benchmarks.accuracy.metrics import Sample
from benchmarks.accuracy.modes import FAST
from benchmarks.accuracy.statistics import Floats, paired_difference
from benchmarks.accuracy.tables import new_table, rate
from benchmarks.accuracy.unseen import decision_hits
from benchmarks.corpus import LoadedCorpus, load_corpus
from benchmarks.halves import half_of
from worker.classification.embedders.base import Embedder
from worker.classification.fitting.calibrate import with_calibration
from worker.classification.fitting.corpus import Corpus
from worker.classification.fitting.fit import fit_space, lexicon_of
from worker.classification.knowledge.base import Knowledge, load_knowledge
from worker.classification.loading import limit_blas_threads
from worker.classification.scoring.cues import CUES
from worker.classification.scoring.parts import ALL_PARTS, Parts

WHOLE = "the whole engine"

PARTS: Mapping[str, Parts] = {
    WHOLE: ALL_PARTS,
    "what the document calls itself": Parts(names=False),
    "what the document does": Parts(acts=False),
    "the lift of kinds": Parts(kinds=False),
    "the lexical channel": Parts(words=False),
    "the five nearest samples, not one": Parts(nearest_samples=1),
    "the form map": Parts(form=False),
    **{f"the cue “{cue.name}”": Parts(left_out_cues=(cue.name,)) for cue in CUES},
}


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True, nargs="+")
    arguments = parser.parse_args()
    corpora = [load_corpus(place, FAST) for place in arguments.corpus]
    limit_blas_threads()
    Console(width=120).print(worth_table(corpora))


def worth_table(corpora: Sequence[LoadedCorpus]) -> Table:
    """Return the table for the last of the corpora."""
    fits = Fits(corpora)
    embedders = [fits.model("e5"), fits.model("use8")]
    whole = load_knowledge()
    rules = next(iter(corpora[-1].rule_sets.values()))
    custom = without_own_types(whole, rules, embedders[0])
    columns = {
        **{f"half {half}": _Trial(corpora, fits.text, embedders, whole, half) for half in "AB"},
        **{
            f"custom, half {half}": _Trial(corpora, fits.text, embedders, custom, half)
            for half in "AB"
        },
    }
    table = new_table(
        "Worth of each part: decisions with it less decisions without it, points (90% by source)",
        "left out",
        right=tuple(columns),
    )
    base = {name: trial.hits(WHOLE) for name, trial in columns.items()}
    table.add_row(WHOLE, *(rate(float(np.nanmean(hits))) for hits in base.values()))
    for part in list(PARTS)[1:]:
        report_step(part)
        cells = []
        for name, trial in columns.items():
            found = paired_difference(base[name], trial.hits(part), trial.sources)
            cells.append(
                f"{100 * found.value:+.1f} ({100 * found.low:+.1f}..{100 * found.high:+.1f})"
            )
        table.add_row(part, *cells)
    return table


class _Trial:
    """One half of the last corpus, scored by engines fitted on everything else."""

    def __init__(
        self,
        corpora: Sequence[LoadedCorpus],
        text: Corpus | None,
        embedders: Sequence[Embedder],
        knowledge: Knowledge,
        half: str,
    ) -> None:
        *others, last = [corpus.labelled for corpus in corpora]
        halves = half_of([item.source for item in last.documents])
        self._tested = [item for item in last.documents if halves[item.source] == half]
        rest = tuple(item for item in last.documents if halves[item.source] != half)
        fitted_on = [*([text] if text else []), *others, Corpus(rest, last.rule_sets)]
        # One rule file is enough to compare parts, and a quarter of the time.
        self._fitted_on = [Corpus(each.documents, each.rule_sets[:1]) for each in fitted_on]
        self._rules = last.rule_sets[0]
        self._embedders = embedders
        self._knowledge = knowledge
        self._vectors = {
            embedder.name: fit_space(self._fitted_on, embedder, knowledge) for embedder in embedders
        }
        self._lexicon = lexicon_of(self._fitted_on, knowledge)
        self.sources: list[str] = []

    def hits(self, part: str) -> Floats:
        """Return for each document whether it is decided right without the part, else NaN."""
        parts = PARTS[part]
        constants = with_calibration(
            self._vectors, self._lexicon, self._fitted_on, self._embedders, self._knowledge, parts
        )
        scored = score_with(
            constants,
            self._tested,
            {"rules": self._rules},
            self._embedders,
            self._knowledge,
            parts=parts,
        )
        sample = Sample(scored, "rules", [rule.type for rule in self._rules])
        self.sources = sample.sources
        return decision_hits(sample)


if __name__ == "__main__":
    main()
