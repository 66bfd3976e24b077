"""Keys and bytes under which the vectors of a document's passages are cached."""

import hashlib
import io
import json
from collections.abc import Callable, Sequence

import numpy as np

from worker.classification.embedders.base import Embedder, Vectors

PassageVectors = Callable[[Embedder, Sequence[str]], Vectors]
"""Returns the vectors of a document's passages, shape (len(texts), dimension).

They must be those of `fresh_vectors`, bit for bit, or verdicts change.
"""


def fresh_vectors(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """Embed passages without a cache."""
    return embedder.embed(texts, "passage")


def vectors_key(embedder: Embedder, texts: Sequence[str]) -> str:
    """Return a digest of everything that the vectors depend on: the embedder and the texts.

    They do not depend on fitted constants, so a new fit keeps them valid.
    """
    whole = json.dumps([embedder.name, embedder.version, *texts]).encode("ascii")
    return hashlib.sha256(whole).hexdigest()


def pack(vectors: Vectors) -> bytes:
    """Return vectors as bytes; `unpack` returns the same bits."""
    buffer = io.BytesIO()
    np.save(buffer, vectors, allow_pickle=False)
    return buffer.getvalue()


def unpack(data: bytes, shape: tuple[int, int]) -> Vectors:
    """Return the packed vectors; raises ValueError unless they are float32 of this shape."""
    try:
        vectors = np.load(io.BytesIO(data), allow_pickle=False)
    except (EOFError, OSError) as error:
        raise ValueError("not an array of vectors") from error
    if vectors.dtype != np.float32 or vectors.shape != shape:
        raise ValueError(f"vectors of {vectors.dtype} {vectors.shape}, not float32 {shape}")
    return np.asarray(vectors, dtype=np.float32)
