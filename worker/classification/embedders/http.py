"""A custom embedder: an embeddings server on the network."""

import logging
import time
from collections.abc import Sequence

import numpy as np

from app.errors import FileError, FileErrorCode
from worker.classification.embedders.base import MAX_CHARACTERS, Kind, Prefixes, Vectors, normalise
from worker.classification.embedders.http_client import (
    EmbedderUnavailable,
    EmbeddingsServer,
    TextRefused,
)

log = logging.getLogger(__name__)

# Every model can embed this text: an error for it means that the server does not work.
_PLAIN = "A letter."
_RETRY_SECONDS = 2.0
SAME_MODEL = 0.98
"""The smallest cosine of two vectors of one text that counts as the same model.

int8 weights instead of float32 have 0.997; e5 without its prefix has 0.974, with the wrong one
0.94.
"""


class HttpEmbedder:
    """A model behind OpenAI's `/v1/embeddings`. The constructor asks the server for a vector.

    `name` and `version` identify the model and the prefixes, not the address: the same model may
    move to another host. They do not change when another model gets the same name; `loading`
    compares vectors for that. `batch` is the number of texts in a request: with one, no vector
    depends on other texts.

    Raises EmbedderUnavailable or TextRefused when the server returns no vector. Safe to share
    between threads and after a fork.
    """

    def __init__(
        self, server: EmbeddingsServer, model: str, prefixes: Prefixes, batch: int = 1
    ) -> None:
        self._server = server
        self._prefixes = prefixes
        self._batch = batch
        self._first = server.vectors([_PLAIN])
        self.dimension = self._first.shape[1]
        self.name = f"http:{model}"
        self.version = f"{prefixes.digest()}.{self.dimension}"
        self._trouble: str | None = None
        self._retry_at = 0.0

    @property
    def trouble(self) -> str | None:
        """Why the last request to the server failed; None when it succeeded."""
        return self._trouble

    def is_ready(self) -> bool:
        """Tell whether texts can be embedded; after a failure this sends a request first."""
        if self._trouble is None:
            return True
        if time.monotonic() < self._retry_at:
            return False
        try:
            found = self._vectors([_PLAIN], tries=1)
            if min_cosine(found, self._first) < SAME_MODEL:
                self._set_trouble("the embeddings server now runs another model")
        except (EmbedderUnavailable, TextRefused):
            self._retry_at = time.monotonic() + _RETRY_SECONDS
        return self._trouble is None

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Return vectors of length 1, shape (len(texts), dimension).

        Raises EmbedderUnavailable when the server does not work, and FileError when it works but
        refuses a text.
        """
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for begin in range(0, len(texts), self._batch):
            part = [
                self._prefixes.add(text[:MAX_CHARACTERS], kind)
                for text in texts[begin : begin + self._batch]
            ]
            vectors[begin : begin + len(part)] = self._embedded(part)
        return normalise(vectors)

    def _embedded(self, texts: Sequence[str]) -> Vectors:
        try:
            return self._vectors(texts)
        except TextRefused as refusal:
            # Does the server refuse this text, or every text? A file whose text is refused must
            # fail: back in the queue, it would be claimed again and again.
            try:
                self._vectors([_PLAIN])
            except TextRefused as error:
                self._set_trouble(str(error))
                raise EmbedderUnavailable(str(error)) from refusal
            raise FileError(
                FileErrorCode.INTERNAL, f"{refusal}, for a text of this file or of its rules"
            ) from None

    def _vectors(self, texts: Sequence[str], tries: int | None = None) -> Vectors:
        try:
            vectors = self._checked(self._server.vectors(texts, tries))
        except EmbedderUnavailable as error:
            self._set_trouble(str(error))
            raise
        self._set_trouble(None)
        return vectors

    def _checked(self, vectors: Vectors) -> Vectors:
        if vectors.shape[1] != self.dimension:
            raise EmbedderUnavailable(
                f"the embeddings server returned {vectors.shape[1]} numbers for a text,"
                f" not {self.dimension}"
            )
        return vectors

    def _set_trouble(self, trouble: str | None) -> None:
        if (trouble is None) != (self._trouble is None):
            if trouble:
                log.error(
                    "embeddings server unavailable; files wait in the queue",
                    extra={"reason": trouble},
                )
            else:
                log.warning("embeddings server available again")
        self._trouble = trouble


def min_cosine(ours: Vectors, theirs: Vectors) -> float:
    """Return the smallest cosine between rows of two arrays of the same shape."""
    return float((normalise(ours) * normalise(theirs)).sum(axis=1).min())
