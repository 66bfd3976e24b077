"""`python -m benchmarks.accuracy --corpus DIR`: how good the classifier is.

DIR holds labelled documents (see worker.classification.labelled). The figures that count are
cross-fitted: each document is scored with constants fitted without any document of its source.
The in-sample row uses the shipped constants, which were fitted on these documents.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from app.settings import load_settings
from benchmarks import accuracy_tables as tables
from benchmarks.accuracy_baseline import cross_fitted_baseline
from benchmarks.accuracy_catchall import judge_catch_alls
from benchmarks.accuracy_folds import (
    cross_fitted,
    fold_constants,
    fold_of,
    score_with,
)
from benchmarks.accuracy_metrics import Sample
from benchmarks.corpus import LoadedCorpus, load_corpus
from worker.classification.bundled import data_directory, load_second, stem
from worker.classification.constants import Constants
from worker.classification.embedder import Embedder
from worker.classification.engine import Engine
from worker.classification.knowledge import load_knowledge
from worker.classification.labelled import LabelledDocument
from worker.classification.remembering import RememberingEmbedder
from worker.classification.rules import Rule
from worker.classification.use import UseEmbedder

ENGINES = ("use", "e5", "fused")


def main() -> None:
    """Measure and print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--corpus", type=Path, required=True, help="labelled documents")
    arguments.add_argument("--engines", choices=[*ENGINES, "all"], default="fused")
    given = arguments.parse_args()
    console = Console(width=120)
    started = time.monotonic()
    corpus = load_corpus(given.corpus)
    console.print(tables.corpus_line(corpus))
    wanted = ENGINES if given.engines == "all" else (given.engines,)
    use = [RememberingEmbedder(UseEmbedder())]
    second: list[RememberingEmbedder] = []
    if wanted != ("use",):
        second = [RememberingEmbedder(load_second(load_settings().built_models))]
    for name in wanted:
        embedders = {"use": use, "e5": second, "fused": second + use}[name]
        console.rule(" and ".join(f"{embedder.name} {embedder.version}" for embedder in embedders))
        measure(corpus, embedders, console)
    console.print(f"{time.monotonic() - started:.0f} s of wall time in all")


def measure(corpus: LoadedCorpus, embedders: Sequence[Embedder], console: Console) -> None:
    """Fit, score and print, in the order of the questions that a reader has."""
    knowledge = load_knowledge()
    labelled, rule_sets = corpus.labelled, corpus.rule_sets
    folds = fold_constants(labelled, corpus.text, embedders, knowledge)
    ours = cross_fitted(labelled, rule_sets, folds, embedders, knowledge)
    words = cross_fitted_baseline(labelled, rule_sets, corpus.text)

    name = next(iter(rule_sets))
    types = [rule.type for rule in rule_sets[name]]
    samples = {
        "cross-fitted": Sample(ours, name, types),
        "TF-IDF cosine, cross-fitted": Sample(words, name, types),
    }
    with data_directory() as directory:
        place = directory / stem(embedders)
        shipped = Constants.load(place) if place.with_suffix(".json").exists() else None
    if shipped is not None:
        in_sample = score_with(shipped, labelled.documents, rule_sets, embedders, knowledge)
        samples["in-sample (shipped constants)"] = Sample(in_sample, name, types)
    console.print(tables.choices(samples))
    console.print(tables.decided(samples))
    console.print(tables.rule_styles(ours, rule_sets))
    console.print(tables.groups(samples["cross-fitted"]))
    source_folds = fold_of([item.source for item in labelled.documents])
    console.print(
        tables.catch_alls(judge_catch_alls(ours, folds, rule_sets[name], embedders, source_folds))
    )
    if shipped is not None:
        console.print(
            tables.cost(*processor_time(embedders, shipped, labelled.documents, rule_sets[name]))
        )


def processor_time(
    embedders: Sequence[Embedder],
    constants: Constants,
    documents: Sequence[LabelledDocument],
    rules: Sequence[Rule],
) -> tuple[float, list[float]]:
    """Return the CPU seconds of loading the engine and of classifying each document once."""
    before = time.process_time()
    engine = Engine([_loaded(embedder.name) for embedder in embedders], constants)
    loading = time.process_time() - before
    engine.classify(documents[0].document, rules)
    seconds = []
    for item in documents:
        before = time.process_time()
        engine.classify(item.document, rules)
        seconds.append(time.process_time() - before)
    return loading, seconds


def _loaded(name: str) -> Embedder:
    return UseEmbedder() if name == UseEmbedder.name else load_second(load_settings().built_models)


if __name__ == "__main__":
    main()
