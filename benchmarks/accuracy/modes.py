"""MULTIMODAL compared with FAST: files read, accuracy, verdicts that change."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.accuracy import metrics
from benchmarks.accuracy.engines import Fitter, report_step
from benchmarks.accuracy.folds import Scored
from benchmarks.accuracy.metrics import Sample
from benchmarks.accuracy.statistics import Floats, paired_difference
from benchmarks.accuracy.tables import new_table, rate
from benchmarks.corpus import LoadedCorpus
from worker.classification.fitting.corpus import ManifestEntry
from worker.classification.knowledge.base import load_knowledge

FAST, MULTIMODAL = "FAST", "MULTIMODAL"
_FEW = 5
_PARTS: Mapping[str, Callable[[Scored], bool]] = {
    "text layer": lambda item: item.item.has_text_layer,
    "scans, by OCR": lambda item: not item.item.has_text_layer,
    "all": lambda _: True,
}


@dataclass(frozen=True, slots=True)
class Flip:
    """A document that only one of the modes classifies right with a rule file."""

    rules: str
    label: str
    document: str
    is_gained: bool


def measure_modes(fitter: Fitter, multimodal: LoadedCorpus, console: Console) -> None:
    """Print the tables about both modes; `multimodal` was read in MULTIMODAL mode.

    Both are judged by the same constants, fitted on documents that were read in FAST mode.
    """
    console.print(files_table({FAST: fitter.corpus, MULTIMODAL: multimodal}))
    fast = fitter.score("fused", load_knowledge())
    report_step("scoring what MULTIMODAL read")
    rule_sets = fitter.corpus.rule_sets
    multimodal_scored = fitter.fit("fused", load_knowledge()).score(multimodal.labelled, rule_sets)
    samples = {
        mode: [
            Sample(scored, name, [rule.type for rule in rules]) for name, rules in rule_sets.items()
        ]
        for mode, scored in ((FAST, fast), (MULTIMODAL, multimodal_scored))
    }
    console.print(verdicts_table(samples))
    console.print(flips_table(samples[FAST], samples[MULTIMODAL]))


def files_table(corpora: Mapping[str, LoadedCorpus]) -> Table:
    """Show by format and mode how many files were read or failed, and the CPU time it took."""
    table = new_table("Files by format: read, failed, CPU seconds", "format", right=("files",))
    rows: dict[str, list[str]] = {}
    entries = next(iter(corpora.values())).entries
    kinds = sorted({_kind(entry) for entry in entries})
    for mode, corpus in corpora.items():
        for column in ("read", "failed", "CPU s"):
            table.add_column(f"{mode}:\n{column}", justify="right")
        for kind in [*kinds, "all"]:
            seconds = [
                spent
                for entry, spent in zip(entries, corpus.seconds, strict=True)
                if kind in {_kind(entry), "all"}
            ]
            failed = sum(kind in {_kind(entry), "all"} for entry, _ in corpus.unread)
            row = rows.setdefault(kind, [str(len(seconds))])
            row += [str(len(seconds) - failed), str(failed), f"{sum(seconds):.1f}"]
    for kind, row in rows.items():
        if kind == "all":
            table.add_section()
        table.add_row(kind, *row)
    return table


def verdicts_table(samples: Mapping[str, Sequence[Sample]]) -> Table:
    """Show the accuracy and calibration for each mode and kind of document.

    `samples` has one for each rule file, the same documents in each. ECE with all rules is
    that of a job with all rules.
    """
    types = len(next(iter(samples.values()))[0].types)
    files = len(next(iter(samples.values())))
    table = new_table(
        f"By mode and text layer, cross-fitted; ECE, 5 rules and decisions over {files} rule files",
        "mode",
        "documents",
        right=(
            "with a\nrule",
            f"{types}\nrules",
            f"{types} rules,\n{files} files",
            f"ECE,\n{types} rules",
            "5\nrules",
            "deci-\nsions",
            "ECE, 2 to\n8 rules",
        ),
    )
    for mode, of_mode in samples.items():
        table.add_section()
        for name, belongs in _PARTS.items():
            parts = [sample.part(belongs) for sample in of_mode]
            hits = [metrics.choice_hits(part) for part in parts]
            if not parts[0].documents or np.isnan(hits[0]).all():
                continue
            given = [item for part in parts for item in metrics.verdicts(part)]
            made = [item for part in parts for item in metrics.decisions(part)]
            values = [
                metrics.mean_hit(hits[0]),
                float(np.mean([metrics.mean_hit(row) for row in hits])),
                metrics.calibration_error(given),
                float(np.mean([metrics.forced_choice(part, _FEW) for part in parts])),
                metrics.share_right(made),
                metrics.calibration_error(made),
            ]
            counted = int((~np.isnan(hits[0])).sum())
            table.add_row(mode, name, str(counted), *map(rate, values))
    return table


def find_flips(before: Sequence[Sample], after: Sequence[Sample]) -> list[Flip]:
    """Return the documents that only `after` or only `before` classifies right.

    Samples are of one rule file each, in the same order. All rules are given, and a document
    that only one of the two could read is wrong for the other.
    """
    flips: list[Flip] = []
    for first, second in zip(before, after, strict=True):
        was, now = _hits(first), _hits(second)
        labels = {item.item.name: item.item.label for item in (*first.documents, *second.documents)}
        flips += [
            Flip(first.rules, labels[name], name, now.get(name, False))
            for name in sorted(labels)
            if was.get(name, False) != now.get(name, False)
        ]
    return flips


def flips_table(before: Sequence[Sample], after: Sequence[Sample]) -> Table:
    """Show by type what MULTIMODAL gains and loses against FAST, pooled over the rule files."""
    flips = find_flips(before, after)
    gained = Counter(flip.label for flip in flips if flip.is_gained)
    lost = Counter(flip.label for flip in flips if not flip.is_gained)
    files = len(before)
    table = new_table(
        f"MULTIMODAL against FAST, all rules, pooled over {files} rule files",
        "type",
        right=("gained", "lost", "net", "documents\ngained", "documents\nlost"),
    )
    table.add_column("lost by")
    for label in sorted({flip.label for flip in flips}):
        where = {flip.rules for flip in flips if flip.label == label and not flip.is_gained}
        table.add_row(
            label,
            str(gained[label]),
            str(lost[label]),
            f"{gained[label] - lost[label]:+d}",
            str(_documents(flips, label, is_gained=True)),
            str(_documents(flips, label, is_gained=False)),
            ", ".join(sorted(where)),
        )
    table.add_section()
    table.add_row(
        "all",
        str(gained.total()),
        str(lost.total()),
        f"{gained.total() - lost.total():+d}",
        str(len({flip.document for flip in flips if flip.is_gained})),
        str(len({flip.document for flip in flips if not flip.is_gained})),
    )
    too_many = [label for label in lost if _documents(flips, label, is_gained=False) > 1]
    table.caption = (
        f"Types that lose more than one document: {', '.join(sorted(too_many)) or 'none'}."
        f" {_points(before, after)}"
    )
    table.caption_justify = "left"
    return table


def _points(before: Sequence[Sample], after: Sequence[Sample]) -> str:
    """Return the gain in points, with the interval from resampling sources."""
    names = [item.item.name for item in before[0].documents]
    if names != [item.item.name for item in after[0].documents]:
        return "The two modes read different documents."
    found = paired_difference(_mean(after), _mean(before), before[0].sources)
    return (
        f"{100 * found.value:+.1f} points, 90% by source"
        f" {100 * found.low:+.1f} to {100 * found.high:+.1f}."
    )


def _hits(sample: Sample) -> dict[str, bool]:
    hits = metrics.choice_hits(sample)
    return {
        item.item.name: bool(hit)
        for item, hit in zip(sample.documents, hits, strict=True)
        if not np.isnan(hit)
    }


def _mean(samples: Sequence[Sample]) -> Floats:
    return np.asarray(np.mean([metrics.choice_hits(sample) for sample in samples], axis=0))


def _documents(flips: Sequence[Flip], label: str, *, is_gained: bool) -> int:
    return len(
        {flip.document for flip in flips if flip.label == label and flip.is_gained == is_gained}
    )


def _kind(entry: ManifestEntry) -> str:
    kind = entry.path.suffix.removeprefix(".")
    return kind if kind != "pdf" or entry.has_text_layer else "pdf, scanned"
