"""What the classifier asks of an embedding model."""

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""Float32 array of shape (texts, dimension), or (dimension,) for one text."""

Kind = Literal["passage", "query"]
"""Whether a text is part of a document or describes a type; some models tell them apart."""


class Embedder(Protocol):
    """A sentence embedding model.

    `name` and `version` end up in the fingerprint of the fitted constants, so `version`
    must change whenever the same text may get another vector.
    """

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Return one vector a text, shape (len(texts), dimension), not necessarily normalised.

        A text's vector depends on that text and `kind` alone, never on its neighbours:
        verdicts would otherwise differ with the order of a job's files. Any string is
        accepted, the empty one included.
        """
        ...


def normalise(vectors: Vectors) -> Vectors:
    """Return the vectors scaled to length 1 along the last axis; zero vectors stay zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)
