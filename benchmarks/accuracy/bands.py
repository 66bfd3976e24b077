"""Whether the reasoning's words are true: how often verdicts of each word were right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rich.table import Table

from benchmarks.accuracy import metrics
from benchmarks.accuracy.folds import Scored
from benchmarks.accuracy.metrics import Decided, Sample
from benchmarks.accuracy.statistics import Difference, paired_difference
from benchmarks.accuracy.tables import new_table
from worker.classification.explanation.bands import BANDS, Band, band_of

MIN_DOCUMENTS = 20


@dataclass(frozen=True, slots=True)
class WordedVerdict:
    """One verdict: its document (a number), source, band of confidence, and whether it is right."""

    document: int
    source: str
    band: Band
    is_right: bool


@dataclass(frozen=True, slots=True)
class WordShare:
    """The verdicts of one band, or of neighbouring bands with too few documents each.

    `low` and `high` are the range that the words promise, `share` is the share that is right with
    its 90% interval by source.
    """

    words: str
    low: float
    high: float
    documents: int
    verdicts: int
    share: Difference

    @property
    def overlaps(self) -> bool:
        """Whether the interval and the range have a value in common."""
        return self.share.low <= self.high and self.share.high >= self.low


def worded(samples: Sequence[Sample], *, few_rules: bool) -> list[WordedVerdict]:
    """Judge all documents by all rules, or each six times by few, the right one absent in 35%.

    Confidences count lost parts, as those of a job do.
    """
    found: list[WordedVerdict] = []
    first = 0
    for sample in samples:
        judged = metrics.decisions(sample) if few_rules else metrics.verdicts(sample)
        draws = len(judged) // max(1, len(sample.documents))
        for row, made in enumerate(judged):
            item = sample.documents[row // draws]
            band = band_of(_confidence(item, made))
            found.append(WordedVerdict(first + row // draws, item.item.source, band, made.is_right))
        first += len(sample.documents)
    return found


def word_shares(found: Sequence[WordedVerdict]) -> list[WordShare]:
    """Return the share right for each band, the surest first; none for no verdicts."""
    return [_share(found, group) for group in _merged(found)]


def words_table(title: str, samples: Mapping[str, Sequence[Sample]]) -> Table:
    """Show for each group of samples how often the verdicts of each word were right."""
    table = new_table(
        title,
        "documents",
        "rules",
        "words",
        right=("promised", "number", "verdicts", "right (90%)", "overlap"),
    )
    for name, group in samples.items():
        for rules, few_rules in (("all", False), ("2 to 8", True)):
            for share in word_shares(worded(group, few_rules=few_rules)):
                table.add_row(
                    name,
                    rules,
                    share.words,
                    f"{share.low:.2f}-{share.high:.2f}",
                    str(share.documents),
                    str(share.verdicts),
                    f"{share.share.first:.3f} ({share.share.low:.2f}-{share.share.high:.2f})",
                    "yes" if share.overlaps else "NO",
                )
        table.add_section()
    return table


def _confidence(item: Scored, made: Decided) -> float:
    document = item.item.document
    return made.decision.with_losses(document.lost_parts, len(document.pages)).confidence


def _merged(found: Sequence[WordedVerdict]) -> list[list[Band]]:
    """Return the bands in groups, each with at least 20 documents if all have so many."""
    groups: list[list[Band]] = []
    pending: list[Band] = []
    for band in BANDS:
        pending.append(band)
        if len(_documents(found, pending)) >= MIN_DOCUMENTS:
            groups.append(pending)
            pending = []
    if groups:
        groups[-1] += pending
    elif _documents(found, pending):
        groups.append(pending)
    return groups


def _documents(found: Sequence[WordedVerdict], bands: Sequence[Band]) -> set[int]:
    return {each.document for each in found if each.band in bands}


def _share(found: Sequence[WordedVerdict], group: Sequence[Band]) -> WordShare:
    inside = [each for each in found if each.band in group]
    right = np.array([each.is_right for each in inside], dtype=np.float64)
    share = paired_difference(right, np.zeros_like(right), [each.source for each in inside])
    position = BANDS.index(group[0])
    return WordShare(
        ", ".join(band.word for band in group),
        group[-1].low / 100,
        BANDS[position - 1].low / 100 if position else 1.0,
        len(_documents(found, group)),
        len(inside),
        share,
    )
