"""What a document looks like to learning: one vector for each stage of the engine.

Any document has the first stage's vector. That of the last stage is computed for labelled documents
in any case, and for others when the first stage is not sure.
"""

from collections.abc import Sequence

import numpy as np

from worker.classification.embedders.base import Vectors, normalise
from worker.classification.scoring.comparison import Comparison
from worker.classification.scoring.space import EmbeddingSpace
from worker.classification.scoring.tuning import Depth


def stage_vector(
    comparison: Comparison,
    spaces: Sequence[EmbeddingSpace],
    depth: Depth,
    *,
    by_form: bool,
) -> Vectors:
    """Return the vector of a document at a stage, of length 1: its pooled chunks, space by space.

    With `by_form`, form counts more than topic. A space whose embedder has not seen the document's
    script is 0 in it.
    """
    parts = []
    for number, (space, read) in enumerate(zip(spaces, depth, strict=True)):
        if not read:
            continue
        found = comparison.spaces.get(number)
        if found is None:
            parts.append(np.zeros(space.embedder.dimension, dtype=np.float32))
        else:
            chunks = found.vectors.chunks
            parts.append(_pool(space.by_form(chunks) if by_form else chunks))
    return normalise(np.concatenate(parts))


def _pool(chunks: Vectors) -> Vectors:
    """Return half the first chunk and half the mean of the others, of length 1."""
    if len(chunks) == 1:
        return np.asarray(chunks[0], dtype=np.float32)
    mixed: Vectors = 0.5 * chunks[0] + 0.5 * chunks[1:].mean(axis=0)
    return normalise(mixed)
