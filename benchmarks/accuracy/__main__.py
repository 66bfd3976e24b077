"""`python -m benchmarks.accuracy --corpus DIR`: measure the accuracy of the classifier.

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
from benchmarks.accuracy.baseline import cross_fitted_baseline, fit_tfidf
from benchmarks.accuracy.engines import MODELS, NAMES, Fitter, report_step
from benchmarks.accuracy.folds import Scored
from benchmarks.accuracy.metrics import Sample
from benchmarks.accuracy.modes import FAST, MULTIMODAL, measure_modes
from benchmarks.accuracy.parts import measure_parts
from benchmarks.corpus import load_corpus
from worker.classification.loading import limit_blas_threads
from worker.classification.scoring.knowledge import load_knowledge


def main() -> None:
    """Measure and print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--corpus", type=Path, required=True, help="labelled documents")
    arguments.add_argument(
        "--engines",
        choices=[*NAMES, "all"],
        nargs="+",
        default=["all"],
        help="engines of the first table: own is PIGEONHOLE_EMBEDDER, all is all but own; the"
        " other tables are about the fused engine",
    )
    arguments.add_argument(
        "--quick", action="store_true", help="measure the fused engine and the modes only"
    )
    given = arguments.parse_args()
    console = Console(width=120)
    started, busy = time.monotonic(), time.process_time()
    corpus = load_corpus(given.corpus, FAST)
    limit_blas_threads()
    console.print(tables.corpus_line(corpus))
    chosen = ["fused"] if given.quick else given.engines
    fitter = Fitter(corpus)
    built_in = set(NAMES) - {"own"} if "all" in chosen else set()
    requested = [name for name in NAMES if name in built_in | set(chosen)]
    measured = measure_engines(fitter, requested, console)
    if "fused" in measured:
        report_step("reading the documents in MULTIMODAL mode")
        measure_modes(fitter, load_corpus(given.corpus, MULTIMODAL), console)
        if not given.quick:
            measure_parts(fitter, console)
    console.print(
        f"{time.process_time() - busy:.0f} s of CPU, {time.monotonic() - started:.0f} s in all"
    )


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
