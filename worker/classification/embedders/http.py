"""An embedder of the operator's own: a server on the same network."""

import logging
import time
from collections.abc import Sequence

import numpy as np

from app.errors import FileError, FileErrorCode
from worker.classification.embedders.base import Kind, Prefixes, Vectors, normalise
from worker.classification.embedders.http_client import (
    EmbedderUnavailable,
    EmbeddingsServer,
    TextRefused,
)

log = logging.getLogger(__name__)

# A text that every model can embed: tells a server that is away from a text that is too much.
_PLAIN = "A letter."
# No description of a rule needs more; chunks have about 256 tokens.
_MAX_CHARACTERS = 8_000
_ASK_AGAIN_SECONDS = 2.0
# Cosine of two vectors of one text from which on they count as one model's. int8 weights instead
# of float32 keep 0.997; e5 has 0.974 to itself without its prefix, 0.94 with the wrong one.
SAME_MODEL = 0.98


class HttpEmbedder:
    """A model behind OpenAI's `/v1/embeddings`. Asks the server for its dimension when made.

    `name` and `version` say what was asked for, not where: the same model may move to another
    host. They cannot tell a model that was changed behind its name; `plugged.choice` compares
    vectors for that. `batch` is how many texts go into one request: with one, no vector can
    depend on its neighbours.

    Raises EmbedderUnavailable or TextRefused when the server gives no vector. Safe to share
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
        self._ask_again = 0.0

    @property
    def trouble(self) -> str | None:
        """Why the server could not be used when it was last asked; None when it could."""
        return self._trouble

    def is_ready(self) -> bool:
        """Tell whether texts can be embedded; after an outage the server is asked first."""
        if self._trouble is None:
            return True
        if time.monotonic() < self._ask_again:
            return False
        try:
            found = self._vectors([_PLAIN], tries=1)
            if min_cosine(found, self._first) < SAME_MODEL:
                self._note("the embeddings server came back with another model")
        except (EmbedderUnavailable, TextRefused):
            self._ask_again = time.monotonic() + _ASK_AGAIN_SECONDS
        return self._trouble is None

    def embed(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Return vectors of length 1, shape (len(texts), dimension).

        Raises EmbedderUnavailable when the server does not work, and FileError when it does but
        takes no such text.
        """
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for begin in range(0, len(texts), self._batch):
            part = [
                self._prefixes.add(text[:_MAX_CHARACTERS], kind)
                for text in texts[begin : begin + self._batch]
            ]
            vectors[begin : begin + len(part)] = self._embedded(part)
        return normalise(vectors)

    def _embedded(self, texts: Sequence[str]) -> Vectors:
        try:
            return self._vectors(texts)
        except TextRefused as refusal:
            # Is it this text, or does the server refuse every text? A file whose own text is
            # refused must end with an error: given back, it would be claimed again for ever.
            try:
                self._vectors([_PLAIN])
            except TextRefused as error:
                self._note(str(error))
                raise EmbedderUnavailable(str(error)) from refusal
            raise FileError(
                FileErrorCode.INTERNAL, f"{refusal}, for a text of this file or of its rules"
            ) from None

    def _vectors(self, texts: Sequence[str], tries: int | None = None) -> Vectors:
        try:
            vectors = self._checked(self._server.vectors(texts, tries))
        except EmbedderUnavailable as error:
            self._note(str(error))
            raise
        self._note(None)
        return vectors

    def _checked(self, vectors: Vectors) -> Vectors:
        if vectors.shape[1] != self.dimension:
            raise EmbedderUnavailable(
                f"the embeddings server gave {vectors.shape[1]} numbers for a text,"
                f" not {self.dimension}"
            )
        return vectors

    def _note(self, trouble: str | None) -> None:
        if (trouble is None) != (self._trouble is None):
            if trouble:
                log.error("%s: files wait until it works again", trouble)
            else:
                log.warning("the embeddings server works again")
        self._trouble = trouble


def min_cosine(ours: Vectors, theirs: Vectors) -> float:
    """Return the smallest cosine between rows of two arrays of the same shape."""
    return float((normalise(ours) * normalise(theirs)).sum(axis=1).min())
