"""Similarity channels: five ways to compare a document with descriptions of types.

The same functions compute them for rules and for the panel of generic types. Then they are
expressed in standard deviations above the panel.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from worker.classification.embedders.base import Vectors, cosines
from worker.classification.scoring.scores import Channel
from worker.classification.scoring.space import (
    DocumentVectors,
    MappedChunks,
    Targets,
)

SAMPLE_CHANNELS = frozenset({"samples", "nearest"})
"""The channels whose weight is the familiarity of a type from the bank."""


@dataclass(frozen=True, slots=True)
class Level:
    """The mean and the standard deviation of one channel over the panel."""

    mean: float
    deviation: float

    @classmethod
    def of(cls, panel: Vectors) -> Self:
        """Return the level of the panel's similarities."""
        return cls(float(panel.mean()), float(panel.std()))


def similarities(
    document: DocumentVectors,
    mapped: MappedChunks,
    by_type: Vectors,
    targets: Targets,
    stand_ins: Vectors,
) -> dict[str, Vectors]:
    """Return each channel's similarity of the document to n targets, shape (n,).

    The document has at least one chunk; `mapped` are its chunks. `by_type` (c, T) are the cosines
    of its chunks with the nearest samples of each type of the bank, and `stand_ins` (n, D) are what
    documents of the targets look like. `description` compares chunks with the description,
    whatever their language, because a description is near to every document of its language.
    `samples` with the mean sample of the nearest known types (hypothetical documents written in
    advance), `mapped` with the description after the ridge map, `nearest` with the nearest samples
    of those types. `title` compares title lines with the description and is zero without any.
    """
    titles = document.titles
    return {
        "description": pool(cosines(mapped.neutral, targets.direct)),
        "samples": pool(cosines(mapped.formed, stand_ins)),
        "mapped": pool(cosines(mapped.described, targets.direct)),
        "nearest": pool((by_type[:, targets.nearest] * targets.shares).sum(axis=2)),
        "title": (
            cosines(titles, targets.direct).max(axis=0)
            if len(titles)
            else np.zeros(len(targets), dtype=np.float32)
        ),
    }


def standardise(values: Vectors, level: Level) -> Vectors:
    """Return `values` in standard deviations above the panel's mean; 0 for a flat panel."""
    if level.deviation < 1e-6:
        return np.zeros_like(values)
    return np.asarray((values - level.mean) / level.deviation, dtype=np.float32)


def combine_channels(channels: Mapping[str, Channel]) -> Vectors:
    """Return the weighted mean of the channels, shape (n,).

    A document without title lines scores 0 in the title's channel, as an average title does.
    """
    total = sum(channel.weights * channel.scores for channel in channels.values())
    weights = sum(channel.weights for channel in channels.values())
    return np.asarray(total / weights, dtype=np.float32)


def pool(by_chunk: Vectors) -> Vectors:
    """Return half the first chunk plus half the best: beginnings say most, but not always."""
    return np.asarray(0.5 * by_chunk[0] + 0.5 * by_chunk.max(axis=0), dtype=np.float32)
