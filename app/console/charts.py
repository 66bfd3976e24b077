"""The numbers of a job's plots; the templates draw them as SVG."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.console.verdicts import NONE, Row

BINS = 10
MAX_BARS = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its name, its count, and its length as a share of the longest one."""

    name: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Plots:
    """Files by type (failed ones as `!failed`), by confidence, and the share without a type."""

    types: Sequence[Bar]
    confidences: Sequence[Bar]
    done: int
    without_type: int
    failed: int

    @property
    def null_share(self) -> float:
        return self.without_type / self.done if self.done else 0.0


def make_plots(rows: Sequence[Row]) -> Plots:
    """Return the plots of the files that have ended."""
    done = [row for row in rows if row.state == "done"]
    types = Counter(row.shown_type for row in done)
    failed = sum(row.state == "failed" for row in rows)
    common = types.most_common(MAX_BARS)
    rest = sum(types.values()) - sum(count for _, count in common)
    if rest:
        common.append(("!other", rest))
    if failed:
        common.append(("!failed", failed))
    bins = Counter(min(int(row.confidence * BINS), BINS - 1) for row in done)
    return Plots(
        types=_bars(common),
        confidences=_bars([(str(bin_), bins[bin_]) for bin_ in range(BINS)]),
        done=len(done),
        without_type=types[NONE],
        failed=failed,
    )


def _bars(counts: Sequence[tuple[str, int]]) -> list[Bar]:
    longest = max((count for _, count in counts), default=0) or 1
    return [Bar(name, count, count / longest) for name, count in counts]
