"""Statistics of judgements: reliability of confidences, and intervals by source."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

RESAMPLES = 2_000
_SEED = 17
_INTERVAL = (5.0, 95.0)


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the probability that a positive value exceeds a negative one, ties counted half."""
    values = np.sort(np.array(negative))
    above = np.searchsorted(values, positive, side="left")
    not_below = np.searchsorted(values, positive, side="right")
    return float((above + not_below).mean() / (2 * len(values)))


@dataclass(frozen=True, slots=True)
class Bin:
    """The judgements whose confidence is at least `low` and below `high` (1 is in the last bin).

    `confidence` is their mean confidence, `right` the share that was right.
    """

    low: float
    high: float
    count: int
    confidence: float
    right: float


def reliability(confidence: Sequence[float], right: Sequence[bool], bins: int = 10) -> list[Bin]:
    """Return the judgements in bins of confidence of equal width; empty bins are left out."""
    stated = np.asarray(confidence, dtype=np.float64)
    true = np.asarray(right, dtype=np.float64)
    bin_of = np.minimum((stated * bins).astype(int), bins - 1)
    found = []
    for number in range(bins):
        inside = bin_of == number
        if inside.any():
            found.append(
                Bin(
                    number / bins,
                    (number + 1) / bins,
                    int(inside.sum()),
                    float(stated[inside].mean()),
                    float(true[inside].mean()),
                )
            )
    return found


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """Return the mean distance of confidence and share right, weighted by the bins' counts."""
    total = sum(bin_.count for bin_ in bins)
    return sum(bin_.count * abs(bin_.confidence - bin_.right) for bin_ in bins) / total


@dataclass(frozen=True, slots=True)
class Difference:
    """Two means over the same documents, and the 90% interval of the first less the second."""

    first: float
    second: float
    low: float
    high: float

    @property
    def value(self) -> float:
        """Return how much greater the first mean is."""
        return self.first - self.second


def paired_difference(first: Floats, second: Floats, sources: Sequence[str]) -> Difference:
    """Compare two methods by their results on the same n documents, each of shape (n,).

    NaN in both marks a document that does not count. The interval comes
    from resampling whole sources with replacement, since documents of one source are alike; a
    resample without any counted document is left out. Raises ValueError when the two are not
    about the same documents, or when no document counts.
    """
    counted = ~np.isnan(first)
    if len(sources) != len(first) or not np.array_equal(counted, ~np.isnan(second)):
        raise ValueError("the two results are not about the same documents")
    if not counted.any():
        raise ValueError("no document counts")
    names, source_of = np.unique(np.asarray(sources), return_inverse=True)
    gains = np.where(counted, first - second, 0.0)
    sums = np.bincount(source_of, gains, len(names))
    counts = np.bincount(source_of, counted, len(names))
    random = np.random.default_rng(_SEED)
    shares = np.full(len(names), 1 / len(names))
    drawn = random.multinomial(len(names), shares, size=RESAMPLES)
    totals = drawn @ counts
    means = (drawn @ sums)[totals > 0] / totals[totals > 0]
    low, high = np.percentile(means, _INTERVAL)
    return Difference(float(np.nanmean(first)), float(np.nanmean(second)), float(low), float(high))
