"""Fitting the linear maps of a space: languages taken out, form before topic, descriptions."""

import numpy as np
import numpy.typing as npt

from worker.classification.embedders.base import Vectors, normalise
from worker.classification.scoring.space import take_out

_MIN_OF_LANGUAGE = 10
# How far the covariance within types is shrunk towards the identity: hundreds of dimensions are
# estimated from a few samples of each type.
_SHRINKAGE = 0.5


def form_map(samples: Vectors, types: npt.NDArray[np.int64], languages: Vectors) -> Vectors:
    """Return the (D, D) map after which samples of one type are near, whatever their topic.

    First the directions of the languages (L, D) are taken out, so that a Russian document is not
    near to the types that happen to have Russian samples. Then those in which samples of one type
    differ, which are mostly topics, are shrunk: the second factor is the inverse square root of the
    covariance within types, shrunk towards a multiple of the identity (within-class covariance
    normalisation: Hatch, Kajarekar and Stolcke, 2006). It is computed from the samples alone.
    """
    kept = take_out(languages, normalise(samples - samples.mean(axis=0)))
    apart = np.eye(samples.shape[1]) - languages.T @ languages
    within = np.zeros((samples.shape[1],) * 2, dtype=np.float64)
    count = 0
    for kind in np.unique(types):
        rows = kept[types == kind].astype(np.float64)
        if len(rows) > 1:
            deviations = rows - rows.mean(axis=0)
            within += deviations.T @ deviations * (len(rows) / (len(rows) - 1))
            count += len(rows)
    if not count:
        return np.asarray(apart, dtype=np.float32)
    within /= count
    mean = np.trace(within) / len(within)
    values, vectors = np.linalg.eigh(
        (1 - _SHRINKAGE) * within + _SHRINKAGE * mean * np.eye(len(within))
    )
    # Scaled so that half precision keeps it.
    whitened = (vectors * (values / values.max()) ** -0.5) @ vectors.T
    return np.asarray(apart @ whitened, dtype=np.float32)


def language_directions(samples: Vectors, languages: npt.NDArray[np.str_]) -> Vectors:
    """Return orthonormal directions (L, D) in which the means of the samples' languages differ.

    Languages with few samples have no reliable mean and are left alone.
    """
    centred = normalise(samples - samples.mean(axis=0))
    means = np.array(
        [
            centred[languages == language].mean(axis=0)
            for language in np.unique(languages)
            if (languages == language).sum() >= _MIN_OF_LANGUAGE
        ]
    ).reshape(-1, centred.shape[1])
    _, _, directions = np.linalg.svd(means, full_matrices=False)
    return np.asarray(directions, dtype=np.float32)


def ridge_map(samples: Vectors, descriptions: Vectors) -> Vectors:
    """Return the (D, D) map W = (X'X + I)^-1 X'Y from samples X to descriptions Y.

    Both have one row a sample. The map learns how document text differs from a description of
    the same type.
    """
    gram = samples.T @ samples + np.eye(samples.shape[1], dtype=np.float32)
    return np.linalg.solve(gram, samples.T @ descriptions).astype(np.float32)
