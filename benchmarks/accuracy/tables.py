"""The tables of engines, rule files, groups and confidences, and the shared table style."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from rich import box
from rich.table import Table

from benchmarks.accuracy import metrics
from benchmarks.accuracy.folds import FOLDS, Scored
from benchmarks.accuracy.metrics import Decided, Sample
from benchmarks.accuracy.statistics import Bin, Difference, reliability
from benchmarks.corpus import LoadedCorpus

_FEW = 5
_SURE = 0.8


def new_table(title: str, *left: str, right: Sequence[str]) -> Table:
    """Return a table with columns of text, then columns of numbers."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in left:
        table.add_column(name)
    for name in right:
        table.add_column(name, justify="right")
    return table


def rate(value: float) -> str:
    """Return a share as text, a dash for NaN."""
    return "-" if np.isnan(value) else f"{value:.3f}"


def points(change: Difference) -> str:
    """Return a difference in points, with its 90% interval."""
    return f"{100 * change.value:+.1f} ({100 * change.low:+.1f} to {100 * change.high:+.1f})"


def corpus_line(corpus: LoadedCorpus) -> str:
    """Return a line with the number of documents read and the errors of the others."""
    documents = corpus.labelled.documents
    sources = len({item.source for item in documents})
    reasons = Counter(str(error.code) for _, error in corpus.unread)
    unread = ", ".join(f"{count} {code}" for code, count in sorted(reasons.items())) or "none"
    text = len(corpus.text.documents) if corpus.text else 0
    return (
        f"{len(documents)} labelled documents of {sources} sources, {text} more as text; files"
        f" without text: {unread}. Cross-fitted: {FOLDS} folds of sources; means, word rarities"
        " and calibration are fitted without the fold, in both collections. Macro-F1 is the mean"
        " over the types that occur. Decisions: 2 to 8 rules, the right one absent in 35%."
    )


def engines(samples: Mapping[str, Sample], missing: Mapping[str, str]) -> Table:
    """Show the main figures of each engine; `missing` has the errors of the others."""
    types = len(next(iter(samples.values())).types)
    table = new_table(
        "Engines: forced choice, null and confidence, documents with a text layer",
        "engine",
        right=(
            "docu-\nments",
            f"{types}\nrules",
            "macro-\nF1",
            "3\nrules",
            "5\nrules",
            "10\nrules",
            "null\nAUROC",
            "deci-\nsions",
            "null\nprec.",
            "null\nrecall",
            "ECE",
            "conf.\n>= .8",
            "right\nthere",
        ),
    )
    for name, sample in samples.items():
        table.add_row(name, *_engine_row(sample))
    for name, why in missing.items():
        table.add_row(name, "-")
        table.caption = f"{name}: {why}"
    return table


def _engine_row(sample: Sample) -> list[str]:
    right, best = metrics.all_rules(sample)
    made = metrics.decisions(sample)
    values = [
        metrics.mean_hit(metrics.choice_hits(sample)),
        metrics.macro_f1(right, best),
        *(metrics.forced_choice(sample, count) for count in (3, 5, 10)),
        metrics.null_auroc(sample, 3),
        metrics.share_right(made),
        *metrics.null_precision_recall(made),
        metrics.calibration_error(made),
        *metrics.above(made, _SURE),
    ]
    return [str(len(right)), *(rate(value) for value in values)]


def rule_files(samples: Mapping[str, Sample], together: Sequence[str]) -> Table:
    """Show the main figures by rule file, and over those named in `together`."""
    table = new_table(
        "By rule file, cross-fitted",
        "rules",
        right=(
            "types",
            "documents",
            "all rules",
            "macro-F1",
            "3 rules",
            "5 rules",
            "null AUROC",
            "decisions",
            "ECE",
        ),
    )
    made: dict[str, list[Decided]] = {}
    rows: dict[str, list[float]] = {}
    for name, sample in samples.items():
        right, best = metrics.all_rules(sample)
        made[name] = metrics.decisions(sample)
        rows[name] = [
            metrics.mean_hit(metrics.choice_hits(sample)),
            metrics.macro_f1(right, best),
            metrics.forced_choice(sample, 3),
            metrics.forced_choice(sample, 5),
            metrics.null_auroc(sample, 3),
            metrics.share_right(made[name]),
        ]
        error = metrics.calibration_error(made[name])
        table.add_row(
            name, str(len(sample.types)), str(len(right)), *map(rate, [*rows[name], error])
        )
    table.add_section()
    error = metrics.calibration_error([item for name in together for item in made[name]])
    means = np.mean([rows[name] for name in together], axis=0)
    table.add_row(f"{len(together)} together, mean", "", "", *map(rate, [*means, error]))
    return table


def groups(sample: Sample) -> Table:
    """Show the figures by language and by the source of the text."""
    table = new_table(
        "By language and text layer, cross-fitted",
        "documents",
        right=("documents", "all rules", "5 rules", "decisions"),
    )
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
        part = sample.part(belongs)
        counted = len(metrics.all_rules(part)[0])
        if counted:
            table.add_row(
                name,
                str(counted),
                rate(metrics.mean_hit(metrics.choice_hits(part))),
                rate(metrics.forced_choice(part, 5)),
                rate(metrics.share_right(metrics.decisions(part))),
            )
    return table


def confidences(groups_: Mapping[str, Sequence[Sample]]) -> Table:
    """Show how often decisions were right, by stated confidence, for each group of samples."""
    table = new_table("Reliability of confidences, cross-fitted", "confidence", right=())
    by_group: list[dict[float, Bin]] = []
    for name, samples in groups_.items():
        for column in ("decisions", "mean", "right"):
            table.add_column(f"{name}:\n{column}", justify="right")
        made = [item for sample in samples for item in metrics.decisions(sample)]
        stated = [item.decision.confidence for item in made]
        bins = reliability(stated, [item.is_right for item in made])
        by_group.append({bin_.low: bin_ for bin_ in bins})
    for low in sorted({low for bins in by_group for low in bins}):
        cells = [f"{low:.1f} to {low + 0.1:.1f}"]
        for bins_of in by_group:
            found = bins_of.get(low)
            counted = [str(found.count), rate(found.confidence), rate(found.right)] if found else []
            cells += counted or ["", "", ""]
        table.add_row(*cells)
    return table


def _speaks(language: str, item: Scored) -> bool:
    return item.item.language == language
