"""multilingual-e5-small in plain numpy and full precision, to compare the built network with."""

import math

import numpy as np
import numpy.typing as npt

from worker.classification.embedders.e5 import q4
from worker.classification.embedders.e5.weights import Weights

Matrix = npt.NDArray[np.float32]

_erf = np.vectorize(math.erf, otypes=[np.float32])


def encode(weights: Weights, ids: npt.NDArray[np.int64]) -> Matrix:
    """Return the normalised mean vector of a text's ids."""
    hidden, heads = weights.shape.hidden, weights.shape.heads
    words = q4.unpack(weights.blocks("emb.word", hidden)[ids])
    positions = weights.vector("emb.pos").reshape(-1, hidden)[: len(ids)]
    x = norm(weights, "emb.ln", words + positions + weights.vector("emb.type")[:hidden])
    for layer in range(weights.shape.layers):
        name = f"l{layer}."
        query, key, value = (
            linear(weights, f"{name}{part}", x).reshape(len(ids), heads, -1).transpose(1, 0, 2)
            for part in "qkv"
        )
        weighed = np.exp(query @ key.transpose(0, 2, 1) / math.sqrt(hidden / heads))
        context = (weighed / weighed.sum(axis=-1, keepdims=True)) @ value
        context = context.transpose(1, 0, 2).reshape(len(ids), hidden)
        x = norm(weights, f"{name}aln", x + linear(weights, f"{name}ao", context))
        wide = linear(weights, f"{name}fi", x)
        wide = wide * 0.5 * (1 + _erf(wide / math.sqrt(2)))
        x = norm(weights, f"{name}oln", x + linear(weights, f"{name}fo", wide))
    mean = x.mean(axis=0)
    return mean / np.linalg.norm(mean)


def linear(weights: Weights, name: str, x: Matrix) -> Matrix:
    return x @ weights.matrix(f"{name}.w", x.shape[1]).T + weights.vector(f"{name}.b")


def norm(weights: Weights, name: str, x: Matrix) -> Matrix:
    centred = x - x.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + weights.shape.epsilon)
    return centred / deviation * weights.vector(f"{name}.w") + weights.vector(f"{name}.b")
