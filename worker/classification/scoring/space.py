"""The space of one embedder: everything that similarities are taken with, centred.

Centring is the step that makes cosines comparable: raw embeddings of documents share a large
common part, and so do those of descriptions. Each kind of text loses its own mean.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from worker.classification.embedders.base import Vectors, normalise
from worker.classification.scoring.knowledge import Knowledge
from worker.classification.scoring.vectors import SpaceVectors

# Of the bank's types, the nearest few stand in for a rule; the softmax is steep.
_NEAREST_TYPES = 3
_STEEPNESS = 40.0


@dataclass(frozen=True, slots=True)
class Targets:
    """What documents are compared with: n descriptions of types (rules or the panel).

    `direct` (n, D) are the centred descriptions, `mixture` (n, T) how much each of the T bank
    types stands in for a description, and `familiarity` (n,), 0 to 1, how much the samples of
    these types are to be trusted.
    """

    direct: Vectors
    mixture: Vectors
    familiarity: Vectors

    def stand_ins(self, prototypes: Vectors) -> Vectors:
        """Return what stands in for a document of each type: the mean of known ones, (n, D)."""
        return normalise(self.mixture @ prototypes)

    def __len__(self) -> int:
        return len(self.direct)

    @classmethod
    def stack(cls, parts: "list[Targets]") -> "Targets":
        """Return the rows of all parts, in order."""
        return cls(
            np.concatenate([part.direct for part in parts]),
            np.concatenate([part.mixture for part in parts]),
            np.concatenate([part.familiarity for part in parts]),
        )


class Samples:
    """Centred samples of the bank, those of one type together.

    `vectors` (n, D), `type_starts` (T,) where each type begins, `prototypes` (T, D) the mean
    sample of each type.
    """

    def __init__(self, vectors: Vectors, types: npt.NDArray[np.int64], count: int) -> None:
        order = np.argsort(types, kind="stable")
        self.vectors = np.ascontiguousarray(vectors[order])
        self.type_starts: npt.NDArray[np.int64] = np.searchsorted(types[order], np.arange(count))
        self.prototypes = normalise(np.add.reduceat(self.vectors, self.type_starts, axis=0))


class Space:
    """Centred vectors of the knowledge, and how new texts are brought among them.

    `familiarity` holds the cosine of a description to the nearest bank type at which samples
    begin to count, and from which they count in full.
    """

    def __init__(
        self, vectors: SpaceVectors, knowledge: Knowledge, familiarity: tuple[float, float]
    ) -> None:
        self._foreign, self._familiar = familiarity
        self._document_mean = vectors.document_mean
        self._title_mean = vectors.title_mean
        self._rule_mean = vectors.panel.mean(axis=0)
        self.ridge = vectors.ridge

        languages = np.array(knowledge.sample_languages)
        types = np.array(knowledge.sample_types)
        samples = _centred_by_language(vectors.samples, languages)
        everywhere = languages == ""
        count = len(knowledge.bank_types)
        self.samples = Samples(samples[everywhere], types[everywhere], count)
        self.samples_of_all_languages = Samples(samples, types, count)
        self.bank_types = self.rules(vectors.bank_types)
        self.panel = self.targets(vectors.panel)
        self.cues = self.rules(vectors.cues)
        self.catch_alls = self.rules(vectors.catch_alls)

    def rules(self, embeddings: Vectors) -> Vectors:
        """Centre embeddings of descriptions, shape (n, D)."""
        return normalise(embeddings - self._rule_mean)

    def chunks(self, embeddings: Vectors) -> Vectors:
        """Centre embeddings of document chunks, shape (n, D)."""
        return normalise(embeddings - self._document_mean)

    def titles(self, embeddings: Vectors) -> Vectors:
        """Centre embeddings of title lines, shape (n, D)."""
        return normalise(embeddings - self._title_mean)

    def targets(self, embeddings: Vectors) -> Targets:
        """Return what documents are compared with for embedded descriptions, shape (n, D)."""
        direct = self.rules(embeddings)
        nearness = direct @ self.bank_types.T
        mixture = _mixture(nearness)
        familiarity = (nearness.max(axis=1) - self._foreign) / (self._familiar - self._foreign)
        return Targets(
            direct,
            mixture,
            np.clip(familiarity, 0, 1).astype(np.float32),
        )


def _centred_by_language(samples: Vectors, languages: npt.NDArray[np.str_]) -> Vectors:
    """Take from each sample the mean of its language: a type shall differ from other types.

    Otherwise a type with Russian samples would seem near to any Russian document.
    """
    centred = np.empty_like(samples)
    for language in np.unique(languages):
        rows = languages == language
        centred[rows] = samples[rows] - samples[rows].mean(axis=0)
    return normalise(centred)


def _mixture(nearness: Vectors) -> Vectors:
    """Return the weights of the nearest bank types, rows that sum to 1, for cosines (n, T)."""
    mixture = np.zeros_like(nearness)
    for row, values in enumerate(nearness):
        nearest = np.argsort(-values, kind="stable")[:_NEAREST_TYPES]
        weights = np.exp(_STEEPNESS * (values[nearest] - values[nearest[0]]))
        mixture[row, nearest] = weights / weights.sum()
    return mixture


def ridge_map(samples: Vectors, descriptions: Vectors, strength: float = 1.0) -> Vectors:
    """Return the (D, D) map W = (X'X + strength I)^-1 X'Y from samples X to descriptions Y.

    Both have one row a sample; it learns which way document text differs from a description
    of the same type.
    """
    gram = samples.T @ samples + strength * np.eye(samples.shape[1], dtype=np.float32)
    return np.linalg.solve(gram, samples.T @ descriptions).astype(np.float32)
