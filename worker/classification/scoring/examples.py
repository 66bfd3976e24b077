"""Example documents of a rule's type, given by the user.

They stand beside the samples of the built-in types nearest to the rule. Where the rule is far from
all of these, as a type of the user's own may be, they stand alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from worker.classification.embedders.base import Vectors, normalise
from worker.classification.scoring.scorer import Reading

_FEW = 0.6
_ENOUGH = 1.0
_ENOUGH_COUNT = 3


@dataclass(frozen=True, slots=True)
class Examples:
    """What a rule's examples look like to each view: one direction each, shape (D,).

    `strength` is how much they count beside the samples, which count by the rule's familiarity.
    """

    count: int
    directions: tuple[Vectors, ...]

    @property
    def strength(self) -> float:
        """Less than in full for one or two examples, which may be untypical of their type."""
        return _ENOUGH if self.count >= _ENOUGH_COUNT else _FEW


ByType = Mapping[str, Examples]
"""The examples of those rules that have any, by the rule's type."""


def directions_of(reading: Reading) -> tuple[Vectors, ...]:
    """Return the mean direction of a document's chunks as each view sees them."""
    return tuple(normalise(seen.chunks.mean(axis=0)) for seen in reading.seen)


def combine(documents: Sequence[tuple[Vectors, ...]]) -> Examples:
    """Return the examples of one rule, at least one, from the directions of each document."""
    by_view = zip(*documents, strict=True)
    means = tuple(normalise(np.mean(view, axis=0).astype(np.float32)) for view in by_view)
    return Examples(len(documents), means)
