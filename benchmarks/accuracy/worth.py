"""`python -m benchmarks.accuracy.worth --corpus DIR ...`: what each part of scoring is worth.

Each part is left out, the calibration is fitted again, and the decisions with all rules of the
first rule file are compared with those of the whole engine. Each half of the last corpus is scored
by constants fitted on the other half and the other corpora, once with the whole bank and once
without the samples of the rules' own types.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

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
from worker.classification.fitting.corpus import Corpus
from worker.classification.fitting.fit import fit_space, lexicon_of, with_calibration
from worker.classification.knowledge.base import Knowledge, load_knowledge
from worker.classification.loading import limit_blas_threads
from worker.classification.scoring import cues, document_text, hierarchy, lexical, naming, space
from worker.classification.scoring.space import SpaceVectors

WHOLE = "the whole engine"
Patch = tuple[object, str, object]

PARTS: Mapping[str, Sequence[Patch]] = {
    WHOLE: (),
    "what the document calls itself": ((naming, "WEIGHT", 0.0),),
    "the lift of kinds": ((hierarchy, "_SHARE", 0.0),),
    "the lexical channel": ((lexical, "WEIGHT", 0.0),),
    "the five nearest samples, not one": ((space, "_NEAREST_SAMPLES", 1),),
    "the form map": (),
    **{f"the cue “{cue.name}”": ((cues, "CUES", cue.name),) for cue in cues.CUES},
}


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True, nargs="+")
    given = parser.parse_args()
    corpora = [load_corpus(place, FAST) for place in given.corpus]
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
        vectors = self._vectors
        if part == "the form map":
            vectors = {name: _without_form(each) for name, each in vectors.items()}
        with _without(part):
            constants = with_calibration(
                vectors, self._lexicon, self._fitted_on, self._embedders, self._knowledge
            )
            scored = score_with(
                constants, self._tested, {"rules": self._rules}, self._embedders, self._knowledge
            )
        sample = Sample(scored, "rules", [rule.type for rule in self._rules])
        self.sources = sample.sources
        return decision_hits(sample)


def _without_form(vectors: SpaceVectors) -> SpaceVectors:
    return replace(vectors, form=np.eye(len(vectors.form), dtype=np.float32))


@contextmanager
def _without(part: str) -> Iterator[None]:
    with ExitStack() as stack:
        for module, name, value in PARTS[part]:
            if name == "CUES":
                stack.enter_context(_without_cue(str(value)))
            else:
                stack.enter_context(patch.object(module, name, value))
        yield


@contextmanager
def _without_cue(name: str) -> Iterator[None]:
    left_out = next(at for at, cue in enumerate(cues.CUES) if cue.name == name)
    observe = cues.observed_cues
    with patch.object(
        document_text,
        "observed_cues",
        lambda document: tuple(at for at in observe(document) if at != left_out),
    ):
        yield


if __name__ == "__main__":
    main()
