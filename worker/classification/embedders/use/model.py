"""USE multilingual v3, run by ONNX Runtime from the files that `models build` writes."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sentencepiece import SentencePieceProcessor

from worker.classification.embedders.base import MAX_CHARACTERS, Kind, Vectors, encodable
from worker.classification.embedders.mapped_table import MappedTable
from worker.classification.embedders.onnx_session import ForkedSession
from worker.classification.embedders.use import manifest


class QuantisedUseEmbedder:
    """USE multilingual v3: 512 dimensions, 16 languages, about 5 ms of CPU for 256 tokens.

    The word table is mapped: processes share it. The constructor checks the files. Safe to
    share between threads, and usable after a fork.

    Raises StartupError when `directory` does not hold the model as it was built.
    """

    name = manifest.MODEL.name
    dimension = 512

    def __init__(self, directory: Path, threads: int = 1) -> None:
        manifest.MODEL.require_whole(directory)
        self.version = manifest.MODEL.version
        self._session = ForkedSession(directory / manifest.NETWORK, threads)
        self._words = MappedTable(directory / manifest.WORDS)
        self._factors, self._shifts = np.load(directory / manifest.SCALES)
        self._processor = SentencePieceProcessor(model_file=str(directory / manifest.PIECES))

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:  # noqa: ARG002  # the protocol's signature
        """Return vectors of length 1, shape (len(texts), 512). The kind makes no difference.

        Each text runs alone: the integer network scales its inputs by their largest number, so
        in a batch a vector would depend on the other texts.
        """
        session = self._session.get()
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            pieces = self._processor.encode(
                encodable(text[:MAX_CHARACTERS]), out_type=int, add_bos=True, add_eos=True
            )
            ids = np.array(pieces, dtype=np.int64)
            parts = ids % len(self._factors)
            embedded = self._words.rows(ids).astype(np.float32)
            embedded *= self._factors[parts, None]
            embedded += self._shifts[parts, None]
            count = np.array([len(ids)], dtype=np.float32)
            (encoded,) = session.run(None, {"embedded": embedded, "count": count})
            vectors[row] = encoded[0]
        return vectors
