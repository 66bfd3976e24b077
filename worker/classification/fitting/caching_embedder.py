"""An embedder that computes each text once."""

from collections.abc import Sequence

import numpy as np

from worker.classification.embedders.base import Embedder, Kind, Vectors


class CachingEmbedder:
    """Caches every vector, for fitting and measuring, which embed the same texts many times."""

    def __init__(self, embedder: Embedder) -> None:
        self.name = embedder.name
        self.version = embedder.version
        self.dimension = embedder.dimension
        self._embedder = embedder
        self._cache: dict[tuple[Kind, str], Vectors] = {}

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Return the vectors of the texts; each text is embedded once."""
        # All new texts in one call: a server may accept several in one request.
        unknown = [text for text in dict.fromkeys(texts) if (kind, text) not in self._cache]
        if unknown:
            for text, vector in zip(unknown, self._embedder.embed(unknown, kind), strict=True):
                self._cache[kind, text] = vector
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._cache[kind, text]
        return vectors
