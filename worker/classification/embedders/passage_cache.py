"""The vectors of a document's passages: the expensive part of reading it, and worth keeping."""

import hashlib
import io
import json
from collections.abc import Callable, Sequence

import numpy as np

from worker.classification.embedders.base import Embedder, Vectors

PassageVectors = Callable[[Embedder, Sequence[str]], Vectors]
"""Returns the vectors of a document's passages, shape (len(texts), dimension).

They must be what `fresh_vectors` gives, bit for bit, or verdicts change.
"""


def fresh_vectors(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """Embed passages now."""
    return embedder.embed(texts, "passage")


def vectors_key(embedder: Embedder, texts: Sequence[str]) -> str:
    """Return a digest of all that passages' vectors depend on: the embedder and the texts.

    Nothing that is fitted is among it: vectors outlive a new fit.
    """
    whole = json.dumps([embedder.name, embedder.version, *texts]).encode("ascii")
    return hashlib.sha256(whole).hexdigest()


def pack(vectors: Vectors) -> bytes:
    """Return vectors as bytes; `unpack` gives the same bits back."""
    buffer = io.BytesIO()
    np.save(buffer, vectors, allow_pickle=False)
    return buffer.getvalue()


def unpack(data: bytes, shape: tuple[int, int]) -> Vectors:
    """Return what `pack` was given; raises ValueError unless it is float32 of this shape."""
    try:
        vectors = np.load(io.BytesIO(data), allow_pickle=False)
    except (EOFError, OSError) as error:
        raise ValueError("these are no vectors") from error
    if vectors.dtype != np.float32 or vectors.shape != shape:
        raise ValueError(f"vectors of {vectors.dtype} {vectors.shape}, not float32 {shape}")
    return np.asarray(vectors, dtype=np.float32)
