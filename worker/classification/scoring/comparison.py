"""Comparing a document with what is known, the part of scoring that no rule changes."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from worker.classification.embedders.base import Vectors
from worker.classification.scoring.channels import (
    SAMPLE_CHANNELS,
    Level,
    similarities,
    standardise,
)
from worker.classification.scoring.scores import Channel
from worker.classification.scoring.space import DocumentVectors, EmbeddingSpace


@dataclass(frozen=True, slots=True)
class SpaceComparison:
    """A document in one space: its vectors and how it compares with the bank and the panel.

    `by_type` (c, T) are the cosines of its chunks with the nearest samples of each type of the
    bank. `levels` has the level of each channel over the panel.
    """

    vectors: DocumentVectors
    by_type: Vectors
    levels: Mapping[str, Level]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A document in the spaces that are used, by their positions, and the panel's scores (P,)."""

    spaces: Mapping[int, SpaceComparison]
    words: Level
    panel: Vectors


def compare_in_space(
    space: EmbeddingSpace, vectors: DocumentVectors
) -> tuple[SpaceComparison, dict[str, Channel]]:
    """Compare a document with the panel; return also the panel's score in each channel."""
    mapped = space.map_chunks(vectors.chunks)
    by_type = space.samples.nearest(mapped.formed)
    panel = similarities(vectors, mapped, by_type, space.panel, space.panel_stand_ins)
    levels = {name: Level.of(panel[name]) for name in space.tuning.weights}
    channels = {}
    for name, weight in space.tuning.weights.items():
        weights = np.full(len(space.panel), weight, np.float32)
        if name in SAMPLE_CHANNELS:
            weights *= space.panel.familiarity
        channels[name] = Channel(standardise(panel[name], levels[name]), weights)
    return SpaceComparison(vectors, by_type, levels), channels
