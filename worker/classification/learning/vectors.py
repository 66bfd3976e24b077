"""What a document looks like to learning: one vector for each stage of the engine.

Any document has the first stage's vector. That of the last stage is computed for labelled documents
in any case, and for others when the first stage is not sure.
"""

from collections.abc import Sequence

import numpy as np

from worker.classification.embedders.base import Vectors, normalise
from worker.classification.learning.form import SCALES
from worker.classification.scoring.comparison import Comparison
from worker.classification.scoring.space import EmbeddingSpace
from worker.classification.scoring.tuning import Depth

FORM_SHARE = 0.15
"""How much the form of the text counts in a cosine beside the chunks' 1."""


def without_form(vectors: Vectors) -> Vectors:
    """Return vectors of documents (n, D) with the form of the text left out."""
    kept = vectors.copy()
    kept[:, -len(SCALES) :] = 0
    return kept


def stage_vector(
    comparison: Comparison,
    spaces: Sequence[EmbeddingSpace],
    depth: Depth,
    form: Vectors,
    *,
    by_form: bool,
) -> Vectors:
    """Return the vector of a document at a stage, of length 1: its pooled chunks, space by space.

    Last comes the `form` of its text (see `measure_form`). With `by_form`, form counts more than
    topic in the chunks, too. A space whose embedder has not seen the document's script is 0.
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
    pooled = normalise(np.concatenate(parts))
    return normalise(np.concatenate([pooled, np.sqrt(FORM_SHARE, dtype=np.float32) * form]))


def _pool(chunks: Vectors) -> Vectors:
    """Return half the first chunk and half the mean of the others, of length 1."""
    if len(chunks) == 1:
        return np.asarray(chunks[0], dtype=np.float32)
    mixed: Vectors = 0.5 * chunks[0] + 0.5 * chunks[1:].mean(axis=0)
    return normalise(mixed)
