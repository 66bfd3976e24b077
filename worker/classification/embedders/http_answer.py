"""Reading what a server answers to `POST /v1/embeddings`."""

import base64
import json

import numpy as np

from worker.classification.embedders.base import Vectors


class UnusableAnswer(ValueError):
    """The answer is no answer to the question; the message is the end of a sentence."""


def read_vectors(body: bytes, count: int) -> Vectors:
    """Return the vectors of an answer in the order of the texts, shape (count, dimension).

    Vectors may be lists of numbers or base64 of little-endian float32, in any order as long as
    each has its `index`. They may hold NaN, as some servers' `null` does. Raises UnusableAnswer.
    """
    try:
        rows = json.loads(body)["data"]
        order = [row.get("index", position) for position, row in enumerate(rows)]
        vectors = [_vector(row["embedding"]) for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnusableAnswer("is not a JSON object with a list of embeddings") from error
    if len(vectors) != count:
        raise UnusableAnswer(f"has {len(vectors)} embeddings for {count} texts")
    if sorted(order) != list(range(count)):
        raise UnusableAnswer("does not say which embedding belongs to which text")
    lengths = {len(vector) for vector in vectors}
    if len(lengths) != 1 or 0 in lengths:
        raise UnusableAnswer("has embeddings of different or no length")
    return np.stack([vectors[order.index(position)] for position in range(count)])


def read_error(body: bytes) -> str:
    """Return the message of an error as OpenAI's API words it, or nothing; at most 200 characters.

    No other part of an answer is looked at: some servers repeat the text that they were sent.
    """
    try:
        message = json.loads(body)["error"]["message"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return " ".join(message.split())[:200] if isinstance(message, str) else ""


def _vector(embedding: object) -> Vectors:
    if isinstance(embedding, str):
        return np.frombuffer(base64.b64decode(embedding, validate=True), dtype="<f4")
    vector = np.array(embedding, dtype=np.float32)
    if vector.ndim != 1:
        raise TypeError("an embedding is a list of numbers")
    return vector
