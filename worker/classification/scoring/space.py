"""The space of one embedder: the vectors that similarities are computed with, centred.

Raw embeddings of documents share a large common part, and so do those of descriptions. Cosines
are comparable only after each kind of text has lost its own mean.
"""

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from worker.classification.embedders.base import Embedder, Vectors, normalise
from worker.classification.scoring.knowledge import Knowledge
from worker.classification.scoring.tuning import tuning_of

# The samples of the few nearest bank types stand in for a rule; the softmax is steep.
_NEAREST_TYPES = 3
_MIXTURE_STEEPNESS = 40.0


@dataclass(frozen=True, slots=True)
class SpaceVectors:
    """The fitted vectors of one embedder's space; D is its dimension.

    The means of document chunks and of title lines have shape (D,). The rest are embeddings as
    the embedder returns them, one row a text, in the order of the knowledge: `panel` and
    `bank_types` as queries, `samples` as passages. `ridge` (D, D) maps a centred chunk to the
    description of its type.
    """

    document_mean: Vectors
    title_mean: Vectors
    panel: Vectors
    bank_types: Vectors
    samples: Vectors
    cues: Vectors
    catch_alls: Vectors
    ridge: Vectors

    def rounded(self) -> "SpaceVectors":
        """Return the vectors as `Constants.save` stores them, in half precision.

        The calibration is fitted on scores of these, so that storing changes no score.
        """
        halved = {
            name: value.astype(np.float16).astype(np.float32)
            for name, value in asdict(self).items()
        }
        return SpaceVectors(**halved)


@dataclass(frozen=True, slots=True)
class Targets:
    """The vectors that documents are compared with: n descriptions of types (rules or panel).

    `direct` (n, D) are the centred descriptions. `mixture` (n, T) is the weight of each of the T
    bank types that stand in for a description. `familiarity` (n,), 0 to 1, is the weight of the
    samples of these types.
    """

    direct: Vectors
    mixture: Vectors
    familiarity: Vectors

    def stand_ins(self, prototypes: Vectors) -> Vectors:
        """Return a vector for a typical document of each type, (n, D): a mean of prototypes."""
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


class BankSamples:
    """Centred samples of the bank, grouped by type.

    `vectors` (n, D) are the samples, `type_starts` (T,) the first row of each type and
    `prototypes` (T, D) the mean sample of each type.
    """

    def __init__(self, vectors: Vectors, types: npt.NDArray[np.int64], count: int) -> None:
        order = np.argsort(types, kind="stable")
        self.vectors = np.ascontiguousarray(vectors[order])
        self.type_starts: npt.NDArray[np.int64] = np.searchsorted(types[order], np.arange(count))
        self.prototypes = normalise(np.add.reduceat(self.vectors, self.type_starts, axis=0))


class EmbeddingSpace:
    """An embedder, its tuning, and the centred vectors of the knowledge in its space."""

    def __init__(self, embedder: Embedder, vectors: SpaceVectors, knowledge: Knowledge) -> None:
        self.embedder = embedder
        self.tuning = tuning_of(embedder.name)
        self.ridge = vectors.ridge
        self._document_mean = vectors.document_mean
        self._title_mean = vectors.title_mean
        self._rule_mean = vectors.panel.mean(axis=0)

        languages = np.array(knowledge.sample_languages)
        types = np.array(knowledge.sample_types)
        samples = _centre_by_language(vectors.samples, languages)
        everywhere = languages == ""
        count = len(knowledge.bank_types)
        self.samples = BankSamples(samples[everywhere], types[everywhere], count)
        self.samples_of_all_languages = BankSamples(samples, types, count)
        self.bank_types = self.centre_rules(vectors.bank_types)
        self.panel = self.targets(vectors.panel)
        self.cues = self.centre_rules(vectors.cues)
        self.catch_alls = self.centre_rules(vectors.catch_alls)

    def centre_rules(self, embeddings: Vectors) -> Vectors:
        """Centre embeddings of descriptions, shape (n, D)."""
        return normalise(embeddings - self._rule_mean)

    def centre_chunks(self, embeddings: Vectors) -> Vectors:
        """Centre embeddings of document chunks, shape (n, D)."""
        return normalise(embeddings - self._document_mean)

    def centre_titles(self, embeddings: Vectors) -> Vectors:
        """Centre embeddings of title lines, shape (n, D)."""
        return normalise(embeddings - self._title_mean)

    def targets(self, embeddings: Vectors) -> Targets:
        """Return the targets of embedded descriptions, shape (n, D)."""
        direct = self.centre_rules(embeddings)
        nearness = direct @ self.bank_types.T
        foreign, familiar = self.tuning.familiarity
        familiarity = (nearness.max(axis=1) - foreign) / (familiar - foreign)
        return Targets(
            direct,
            _mixture(nearness),
            np.clip(familiarity, 0, 1).astype(np.float32),
        )


def _centre_by_language(samples: Vectors, languages: npt.NDArray[np.str_]) -> Vectors:
    """Subtract from each sample the mean of its language.

    Otherwise a type with Russian samples is near to any Russian document.
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
        weights = np.exp(_MIXTURE_STEEPNESS * (values[nearest] - values[nearest[0]]))
        mixture[row, nearest] = weights / weights.sum()
    return mixture


def ridge_map(samples: Vectors, descriptions: Vectors, strength: float = 1.0) -> Vectors:
    """Return the (D, D) map W = (X'X + strength I)^-1 X'Y from samples X to descriptions Y.

    Both have one row a sample. The map learns how document text differs from a description of
    the same type.
    """
    gram = samples.T @ samples + strength * np.eye(samples.shape[1], dtype=np.float32)
    return np.linalg.solve(gram, samples.T @ descriptions).astype(np.float32)
