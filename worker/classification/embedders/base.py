"""The protocol of embedding models, and what all of them share."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""Float32 array of shape (texts, dimension), or (dimension,) for one text."""

Kind = Literal["passage", "query"]
"""Part of a document or description of a type; some models embed them differently."""


MAX_CHARACTERS = 8_000
"""Embedders cut longer texts, which takes time from hostile ones; chunks have about 256 tokens."""


class Embedder(Protocol):
    """A sentence embedding model.

    `name` and `version` are part of the fingerprint of the fitted constants: `version` must
    change whenever the same text may get another vector.
    """

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Return one vector a text, shape (len(texts), dimension), not necessarily normalised.

        A text's vector depends only on that text and `kind`, not on the other texts: otherwise
        verdicts would differ with the order of a job's files. Every string is accepted, also
        the empty one.
        """
        ...


@dataclass(frozen=True, slots=True)
class Prefixes:
    """The words before a description of a type (`query`) and a part of a document (`passage`).

    Models of the e5 family, for example, were trained with "query: " and "passage: ".
    """

    query: str = ""
    passage: str = ""

    def add(self, text: str, kind: Kind) -> str:
        """Return the encodable text with the prefix of its kind."""
        return (self.query if kind == "query" else self.passage) + encodable(text)

    def digest(self) -> str:
        """Return eight hexadecimal digits that change with the prefixes."""
        return hashlib.sha256(f"{self.query}\0{self.passage}".encode()).hexdigest()[:8]


def encodable(text: str) -> str:
    """Return the text with question marks for lone surrogates, which have no UTF-8 form."""
    return text.encode("utf-8", "replace").decode("utf-8")


def normalise(vectors: Vectors) -> Vectors:
    """Return the vectors scaled to length 1 along the last axis; zero vectors stay zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


def cosines(few: Vectors, many: Vectors) -> Vectors:
    """Return the cosines of unit vectors (c, D) with others (n, D), shape (c, n)."""
    # The same numbers as `few @ many.T`, for which BLAS first rearranges all of `many`.
    return np.asarray((many @ few.T).T, dtype=np.float32)
