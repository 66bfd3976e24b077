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

from benchmarks import accuracy_tables as tables
from benchmarks.accuracy_baseline import cross_fitted_baseline
from benchmarks.accuracy_catchall import judge_catch_alls
from benchmarks.accuracy_folds import (
    RememberingEmbedder,
    cross_fitted,
    fold_constants,
    fold_of,
    score_with,
)
from benchmarks.accuracy_metrics import Sample
from benchmarks.corpus import LoadedCorpus, load_corpus
from worker.classification.bundled import data_directory, load_engine
from worker.classification.constants import Constants
from worker.classification.knowledge import load_knowledge
from worker.classification.labelled import LabelledDocument
from worker.classification.rules import Rule
from worker.classification.use import UseEmbedder


def main() -> None:
    """Measure and print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--corpus", type=Path, required=True, help="labelled documents")
    console = Console(width=120)
    started = time.monotonic()
    corpus = load_corpus(arguments.parse_args().corpus)
    console.print(tables.corpus_line(corpus))
    measure(corpus, console)
    console.print(f"{time.monotonic() - started:.0f} s of wall time in all")


def measure(corpus: LoadedCorpus, console: Console) -> None:
    """Fit, score and print, in the order of the questions that a reader has."""
    embedder = RememberingEmbedder(UseEmbedder())
    knowledge = load_knowledge()
    labelled, rule_sets = corpus.labelled, corpus.rule_sets
    folds = fold_constants(labelled, corpus.text, embedder, knowledge)
    ours = cross_fitted(labelled, rule_sets, folds, embedder, knowledge)
    words = cross_fitted_baseline(labelled, rule_sets, corpus.text)
    with data_directory() as directory:
        shipped = Constants.load(directory / embedder.name)
    in_sample = score_with(shipped, labelled.documents, rule_sets, embedder, knowledge)

    name = next(iter(rule_sets))
    types = [rule.type for rule in rule_sets[name]]
    samples = {
        "cross-fitted": Sample(ours, name, types),
        "in-sample (shipped constants)": Sample(in_sample, name, types),
        "TF-IDF cosine, cross-fitted": Sample(words, name, types),
    }
    console.print(tables.choices(samples))
    console.print(tables.decided(samples))
    console.print(tables.rule_styles(ours, rule_sets))
    console.print(tables.groups(samples["cross-fitted"]))
    source_folds = fold_of([item.source for item in labelled.documents])
    console.print(
        tables.catch_alls(judge_catch_alls(ours, folds, rule_sets[name], embedder, source_folds))
    )
    console.print(tables.cost(*processor_time(labelled.documents, rule_sets[name])))


def processor_time(
    documents: Sequence[LabelledDocument], rules: Sequence[Rule]
) -> tuple[float, list[float]]:
    """Return the CPU seconds of loading the engine and of classifying each document once."""
    before = time.process_time()
    engine = load_engine()
    loading = time.process_time() - before
    engine.classify(documents[0].document, rules)
    seconds = []
    for item in documents:
        before = time.process_time()
        engine.classify(item.document, rules)
        seconds.append(time.process_time() - before)
    return loading, seconds


if __name__ == "__main__":
    main()
