"""An embedder that computes each text once."""

from collections.abc import Sequence

import numpy as np

from worker.classification.embedders.base import Embedder, Kind, Vectors


class CachingEmbedder:
    """For fitting and measuring, which embed the same texts again and again."""

    def __init__(self, embedder: Embedder) -> None:
        self.name = embedder.name
        self.version = embedder.version
        self.dimension = embedder.dimension
        self._embedder = embedder
        self._known: dict[tuple[Kind, str], Vectors] = {}

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Return what the embedder returned for each text when it was first seen."""
        # Together, and each once: a server may take several in one request.
        unknown = [text for text in dict.fromkeys(texts) if (kind, text) not in self._known]
        if unknown:
            for text, vector in zip(unknown, self._embedder.embed(unknown, kind), strict=True):
                self._known[kind, text] = vector
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._known[kind, text]
        return vectors
