"""The words that say how sure a verdict is.

Each word stands for a range of confidences; `make bench-accuracy` measures whether the share of
right verdicts is within it.
"""

import math
from dataclasses import dataclass

# Confidences such as 0.29 are a little less in binary.
_EXACT = 1e-9


@dataclass(frozen=True, slots=True)
class Band:
    """A word for the confidences from `low` per cent up to the next band.

    `is_sure` tells that nobody needs to check the verdict.
    """

    word: str
    low: int
    is_sure: bool

    @property
    def opening(self) -> str:
        """The word at the beginning of a sentence."""
        return self.word.capitalize()


BANDS = (
    Band("very likely", 90, is_sure=True),
    Band("likely", 80, is_sure=True),
    Band("probably", 60, is_sure=False),
    Band("possibly", 0, is_sure=False),
)
"""The bands, the surest first."""


def percent(confidence: float) -> int:
    """Return a confidence, 0 to 1, in whole per cent, rounded down: 0.799 must not read 80%."""
    return math.floor(confidence * 100 + _EXACT)


def band_of(confidence: float) -> Band:
    """Return the band of a confidence, 0 to 1, which agrees with its per cent."""
    return next(band for band in BANDS if percent(confidence) >= band.low)
