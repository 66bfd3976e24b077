"""`python -m benchmarks.accuracy --corpus DIR ...`: measure the accuracy of the classifier.

DIR holds labelled documents (see worker.classification.fitting.corpus). All figures are
cross-fitted: each document is scored with constants fitted without any document of its source.
Tables go to stdout, progress to stderr.
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from app.errors import StartupError
from benchmarks.accuracy import tables
from benchmarks.accuracy.bands import words_table
from benchmarks.accuracy.baseline import cross_fitted_baseline, fit_tfidf
from benchmarks.accuracy.custom import without_own_types
from benchmarks.accuracy.engines import CASCADE, MODELS, NAMES, Fits, Fitter, report_step
from benchmarks.accuracy.folds import Scored
from benchmarks.accuracy.metrics import Sample
from benchmarks.accuracy.modes import FAST, MULTIMODAL, measure_modes
from benchmarks.accuracy.parts import measure_parts
from benchmarks.accuracy.scraps import scraps_table
from benchmarks.accuracy.unseen import counts_table, groups_table, halves, unseen_table
from benchmarks.corpus import LoadedCorpus, load_corpus
from worker.classification.knowledge.base import load_knowledge
from worker.classification.loading import limit_blas_threads


def main() -> None:
    """Measure and print the tables."""
    arguments = _parser().parse_args()
    console = Console(width=120)
    started, busy = time.monotonic(), time.process_time()
    corpora = {place.name: load_corpus(place, FAST) for place in arguments.corpus}
    limit_blas_threads()
    fits = Fits(list(corpora.values()))
    if arguments.half:
        name, corpus = list(corpora.items())[-1]
        print_deciding(Fitter(corpus, fits), name, console, arguments.half)
    else:
        for name, place in zip(corpora, arguments.corpus, strict=True):
            fitter = Fitter(corpora[name], fits)
            console.rule(name)
            console.print(tables.corpus_line(fitter.corpus))
            print_deciding(fitter, name, console)
            measure_corpus(fitter, place, arguments.engines, console, quick=arguments.quick)
        if len(corpora) > 1:
            print_words(corpora, fits, console)
    console.print(
        f"{time.process_time() - busy:.0f} s of CPU, {time.monotonic() - started:.0f} s in all"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--corpus", type=Path, required=True, nargs="+", help="labelled documents, one or several"
    )
    parser.add_argument(
        "--engines",
        choices=[*NAMES, "all"],
        nargs="+",
        default=["all"],
        help="engines of the first table: own is PIGEONHOLE_EMBEDDER, all is all but own; the"
        " other tables are about the fused engine",
    )
    parser.add_argument(
        "--quick", action="store_true", help="measure the fused engine and the modes only"
    )
    parser.add_argument(
        "--half",
        choices=["A", "B"],
        help="print the deciding figures of this half of the last corpus, and no other table",
    )
    return parser


def print_deciding(fitter: Fitter, name: str, console: Console, half: str | None = None) -> None:
    """Print the deciding figures of a corpus, with its types known and unknown to the bank."""
    whole = load_knowledge()
    sources = [item.source for item in fitter.corpus.labelled.documents]
    rules = next(iter(fitter.corpus.rule_sets.values()))
    custom = without_own_types(whole, rules, fitter.model("e5"))
    part = "all" if half is None else f"half {half}"
    for what, knowledge in (("", whole), (", samples of its own types removed", custom)):
        scored = fitter.score(CASCADE, knowledge)
        samples = {}
        for file, own in fitter.corpus.rule_sets.items():
            sample = Sample(scored, file, [rule.type for rule in own])
            samples[file] = halves(sample, sources)[part]
        first = samples.pop(next(iter(samples)))
        title = f"{name}, cross-fitted, {len(rules)} rules{what}"
        console.print(unseen_table(title, {part: first, **samples}))
        console.print(counts_table({part: first}))
        if not what:
            console.print(groups_table(first))
            title = f"{name}, cross-fitted: the words of the reasoning"
            console.print(words_table(title, {part: [first]}))
    console.print(scraps_table(fitter))


def print_words(corpora: Mapping[str, LoadedCorpus], fits: Fits, console: Console) -> None:
    """Print how often the words of the reasoning are right over all corpora together."""
    samples = []
    for corpus in corpora.values():
        scored = Fitter(corpus, fits).score(CASCADE, load_knowledge())
        file, rules = next(iter(corpus.rule_sets.items()))
        samples.append(Sample(scored, file, [rule.type for rule in rules]))
    title = "All collections, cross-fitted: the words of the reasoning"
    console.print(words_table(title, {" + ".join(corpora): samples}))


def measure_corpus(
    fitter: Fitter, place: Path, engines: Sequence[str], console: Console, *, quick: bool
) -> None:
    """Print all tables of one corpus."""
    chosen = ["fused"] if quick else engines
    built_in = set(NAMES) - {"own"} if "all" in chosen else set()
    requested = [name for name in NAMES if name in built_in | set(chosen)]
    measured = measure_engines(fitter, requested, console)
    if "fused" in measured:
        report_step("reading the documents in MULTIMODAL mode")
        measure_modes(fitter, load_corpus(place, MULTIMODAL), console)
        if not quick:
            measure_parts(fitter, console)


def measure_engines(fitter: Fitter, engines: Sequence[str], console: Console) -> list[str]:
    """Print the table of the engines for the first rule file; return the engines that ran."""
    samples: dict[str, Sample] = {}
    missing: dict[str, str] = {}
    for engine in engines:
        try:
            scored = _score(fitter, engine)
        except StartupError as error:
            missing[NAMES[engine]] = str(error)
        else:
            samples[NAMES[engine]] = _first(fitter.by_file(scored))
    if "fused" in engines and (seen := fitter.score_in_sample("fused", load_knowledge())):
        samples["fused, in-sample"] = _first(fitter.by_file(seen))
    console.print(tables.engines(samples, missing))
    return [engine for engine in engines if NAMES[engine] not in missing]


def _score(fitter: Fitter, engine: str) -> list[Scored]:
    if engine in MODELS:
        return fitter.score(engine, load_knowledge())
    report_step(f"fitting and scoring {NAMES[engine]}")
    return cross_fitted_baseline(fitter.corpus, fit_tfidf)


def _first(samples: Mapping[str, Sample]) -> Sample:
    return next(iter(samples.values()))


if __name__ == "__main__":
    main()
