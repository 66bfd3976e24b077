"""The tables of `benchmarks.accuracy`."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from rich.table import Table

from benchmarks import accuracy_metrics as metrics
from benchmarks.accuracy_catchall import CatchAllResult
from benchmarks.accuracy_folds import FOLDS, Scored
from benchmarks.accuracy_metrics import Sample
from benchmarks.corpus import LoadedCorpus
from worker.classification.rules import Rule

_FEW = 5


def corpus_line(corpus: LoadedCorpus) -> str:
    """Say what was read, and what was not and why."""
    documents = corpus.labelled.documents
    sources = len({item.source for item in documents})
    reasons = Counter(str(error.code) for _, error in corpus.unread)
    unread = ", ".join(f"{count} {code}" for code, count in sorted(reasons.items())) or "none"
    text = len(corpus.text.documents) if corpus.text else 0
    return (
        f"{len(documents)} labelled documents of {sources} sources, {text} more as text; files"
        f" without text: {unread}. Cross-fitted: {FOLDS} folds of sources; means, word rarities"
        " and calibration are fitted without the fold, in both collections."
    )


def choices(samples: dict[str, Sample]) -> Table:
    """Show forced choices, and how well a score tells present from absent."""
    table = _table("Forced choice (right rule always there) and null AUROC")
    for column in ("documents", "all rules", "macro-F1", "2", "3", "5", "10"):
        table.add_column(column, justify="right")
    table.add_column("AUROC 3", justify="right")
    table.add_column("AUROC 5", justify="right")
    for name, sample in samples.items():
        right, best = metrics.all_rules(sample)
        table.add_row(
            name,
            str(len(right)),
            _rate(float(np.mean(np.array(right) == np.array(best)))),
            _rate(metrics.macro_f1(right, best)),
            *(_rate(metrics.forced_choice(sample, count)) for count in (2, 3, 5, 10)),
            *(_rate(metrics.null_auroc(sample, count)) for count in (3, 5)),
        )
    return table


def decided(samples: dict[str, Sample]) -> Table:
    """Show decisions between the rules and null."""
    table = _table("Decisions, right rule absent in 35%, by number of rules")
    for column in ("all", *map(str, metrics.DECISION_COUNTS), "null P", "null R", "ECE"):
        table.add_column(column, justify="right")
    table.add_column("conf >= .8: share", justify="right")
    table.add_column("right", justify="right")
    for name, sample in samples.items():
        made = metrics.decisions(sample)
        table.add_row(
            name,
            _rate(metrics.share_right(made)),
            *(
                _rate(metrics.share_right([item for item in made if item.rules == count]))
                for count in metrics.DECISION_COUNTS
            ),
            *(_rate(value) for value in metrics.null_precision_recall(made)),
            _rate(metrics.calibration_error(made)),
            *(_rate(value) for value in metrics.above(made, 0.8)),
        )
    return table


def rule_styles(scored: Sequence[Scored], rule_sets: dict[str, tuple[Rule, ...]]) -> Table:
    """Show the main figures for every way the rules are written."""
    table = _table("Cross-fitted, by rule file")
    for column in ("all rules", "macro-F1", "5 rules", "AUROC 3", "decisions", "ECE"):
        table.add_column(column, justify="right")
    for name, rules in rule_sets.items():
        sample = Sample(scored, name, [rule.type for rule in rules])
        right, best = metrics.all_rules(sample)
        made = metrics.decisions(sample)
        table.add_row(
            name,
            _rate(float(np.mean(np.array(right) == np.array(best)))),
            _rate(metrics.macro_f1(right, best)),
            _rate(metrics.forced_choice(sample, 5)),
            _rate(metrics.null_auroc(sample, 3)),
            _rate(metrics.share_right(made)),
            _rate(metrics.calibration_error(made)),
        )
    return table


def groups(sample: Sample) -> Table:
    """Show the figures by language and by where the text comes from."""
    table = _table("Cross-fitted, by language and text layer")
    for column in ("documents", "all rules", "5 rules", "decisions"):
        table.add_column(column, justify="right")
    languages = Counter(item.item.language for item in sample.documents)
    rows: dict[str, Callable[[Scored], bool]] = {
        language: partial(_speaks, language)
        for language, count in languages.most_common()
        if count >= _FEW
    }
    rows["other languages"] = lambda item: languages[item.item.language] < _FEW
    rows["not English"] = lambda item: item.item.language != "en"
    rows["text layer"] = lambda item: item.item.has_text_layer
    rows["no text layer (OCR)"] = lambda item: not item.item.has_text_layer
    for name, belongs in rows.items():
        part = Sample(
            [item for item in sample.documents if belongs(item)], sample.rules, sample.types
        )
        right, best = metrics.all_rules(part)
        if right:
            table.add_row(
                name,
                str(len(right)),
                _rate(float(np.mean(np.array(right) == np.array(best)))),
                _rate(metrics.forced_choice(part, 5)),
                _rate(metrics.share_right(metrics.decisions(part))),
            )
    return table


def catch_alls(results: Sequence[CatchAllResult]) -> Table:
    """Show sets with a catch-all rule, beside letting it compete like any other rule."""
    table = _table("Rules plus a catch-all in one of 6 languages, cross-fitted engines")
    for column in ("judged", "right", "right rule there", "absent", "naive", "naive, absent"):
        table.add_column(column, justify="right")
    for count in sorted({item.rules for item in results}):
        part = [item for item in results if item.rules == count]
        there = [item.is_right for item in part if item.is_present]
        absent = [item for item in part if not item.is_present]
        table.add_row(
            f"{count} + catch-all",
            str(len(part)),
            _rate(float(np.mean([item.is_right for item in part]))),
            _rate(float(np.mean(there))),
            _rate(float(np.mean([item.is_right for item in absent]))),
            _rate(float(np.mean([item.naive_is_right for item in part]))),
            _rate(float(np.mean([item.naive_is_right for item in absent]))),
        )
    return table


def cost(loading: float, seconds: Sequence[float]) -> Table:
    """Show CPU seconds: loading the engine, and a whole verdict with its reasoning."""
    table = _table("CPU seconds of one thread, all rules, text already read")
    for column in ("loading", "a document, mean", "median", "95%", "documents a CPU second"):
        table.add_column(column, justify="right")
    mean = float(np.mean(seconds))
    table.add_row(
        "engine",
        f"{loading:.2f}",
        f"{mean:.3f}",
        f"{np.median(seconds):.3f}",
        f"{np.percentile(seconds, 95):.3f}",
        f"{1 / mean:.1f}",
    )
    return table


def _speaks(language: str, item: Scored) -> bool:
    return item.item.language == language


def _table(title: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    return table


def _rate(value: float) -> str:
    return f"{value:.3f}"
