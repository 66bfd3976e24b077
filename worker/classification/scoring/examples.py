"""Example documents of a rule's type, given by the user.

They are added to the samples of the built-in types nearest to the rule. For a rule that is far
from all of these, such as a custom type, they are used alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from worker.classification.embedders.base import Vectors, normalise
from worker.classification.scoring.comparison import Comparison
from worker.classification.scoring.space import EmbeddingSpace

_FEW_STRENGTH = 0.6
_FULL_STRENGTH = 1.0
_FULL_COUNT = 3


@dataclass(frozen=True, slots=True)
class EmbeddedExamples:
    """The examples of one rule: how many, and one direction for each space, shape (D,)."""

    count: int
    directions: tuple[Vectors, ...]

    @property
    def strength(self) -> float:
        """The weight beside the samples, whose weight is the rule's familiarity, 0 to 1.

        One or two examples count less: they may be untypical of their type.
        """
        return _FULL_STRENGTH if self.count >= _FULL_COUNT else _FEW_STRENGTH


ExamplesByType = Mapping[str, EmbeddedExamples]
"""The examples of those rules that have any, by the rule's type."""


def directions_of(comparison: Comparison, spaces: Sequence[EmbeddingSpace]) -> tuple[Vectors, ...]:
    """Return the mean direction of a document's chunks in each space; 0 in one that it lacks."""
    compared = [comparison.spaces.get(number) for number in range(len(spaces))]
    return tuple(
        np.zeros(space.embedder.dimension, dtype=np.float32)
        if found is None
        else normalise(found.vectors.chunks.mean(axis=0))
        for found, space in zip(compared, spaces, strict=True)
    )


def combine_examples(documents: Sequence[tuple[Vectors, ...]]) -> EmbeddedExamples:
    """Return the examples of one rule, at least one, from the directions of each document."""
    by_space = zip(*documents, strict=True)
    means = tuple(normalise(np.mean(space, axis=0).astype(np.float32)) for space in by_space)
    return EmbeddedExamples(len(documents), means)


def add_examples(
    stand_ins: Vectors,
    familiarity: Vectors,
    examples: Sequence[EmbeddedExamples | None],
    space: int,
) -> tuple[Vectors, Vectors]:
    """Return what documents of n rules look like, (n, D), and its weight, (n,), with examples.

    `stand_ins` (n, D) and `familiarity` (n,) are those of the bank, `space` is the position of
    the space in use. A rule far from all known types is compared with its examples alone.
    """
    stand_ins, weights = stand_ins.copy(), familiarity.copy()
    for row, given in enumerate(examples):
        if given is not None:
            known = weights[row] * stand_ins[row]
            stand_ins[row] = normalise(known + given.strength * given.directions[space])
            weights[row] = max(weights[row], given.strength)
    return stand_ins, weights
