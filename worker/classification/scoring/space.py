"""The space of one embedder: the vectors that similarities are computed with, centred.

Raw embeddings of documents share a large common part, and so do those of descriptions. Cosines
are comparable only after each kind of text has lost its own mean.
"""

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from worker.classification.embedders.base import Embedder, Vectors, cosines, normalise
from worker.classification.knowledge.base import Knowledge
from worker.classification.scoring.parts import ALL_PARTS, Parts
from worker.classification.scoring.tuning import TITLE, tuning_of

# The samples of the few nearest bank types stand in for a rule; the softmax is steep.
_NEAREST_TYPES = 3
_MIXTURE_STEEPNESS = 40.0


@dataclass(frozen=True, slots=True)
class SpaceVectors:
    """The fitted vectors of one embedder's space; D is its dimension.

    The means of document chunks and of title lines have shape (D,). The rest are embeddings as
    the embedder returns them, one row a text, in the order of the knowledge: `types` and `wordings`
    as queries, `samples` as passages. `ridge` (D, D) maps a centred chunk to the description of its
    type, and `form` (D, D) makes the form of chunks and samples count more than their topic.
    `languages` (L, D) are the directions in which documents of different languages differ.
    """

    document_mean: Vectors
    title_mean: Vectors
    types: Vectors
    wordings: Vectors
    samples: Vectors
    cues: Vectors
    catch_alls: Vectors
    ridge: Vectors
    form: Vectors
    languages: Vectors

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
class DocumentVectors:
    """A document's centred vectors in one embedding space: `chunks` (c, D), `titles` (t, D)."""

    chunks: Vectors
    titles: Vectors


@dataclass(frozen=True, slots=True)
class MappedChunks:
    """A document's centred chunks after the maps of a space, (c, D) each.

    `neutral` are without what their language adds, `described` are comparable with descriptions of
    types, and in `formed` form counts more than topic.
    """

    neutral: Vectors
    described: Vectors
    formed: Vectors


@dataclass(frozen=True, slots=True)
class Targets:
    """The vectors that documents are compared with: n descriptions of types (rules or panel).

    `direct` (n, D) are the centred descriptions. `nearest` (n, 3) are the positions of the bank
    types that stand in for a description, and `shares` (n, 3) their weights, which sum to 1.
    `familiarity` (n,), 0 to 1, is the weight of the samples of these types.
    """

    direct: Vectors
    nearest: npt.NDArray[np.int64]
    shares: Vectors
    familiarity: Vectors

    def stand_ins(self, prototypes: Vectors) -> Vectors:
        """Return a vector for a typical document of each type, (n, D): a mean of prototypes."""
        return normalise(np.einsum("nk,nkd->nd", self.shares, prototypes[self.nearest]))

    def __len__(self) -> int:
        return len(self.direct)

    @classmethod
    def stack(cls, parts: "list[Targets]") -> "Targets":
        """Return the rows of all parts, in order."""
        return cls(
            np.concatenate([part.direct for part in parts]),
            np.concatenate([part.nearest for part in parts]),
            np.concatenate([part.shares for part in parts]),
            np.concatenate([part.familiarity for part in parts]),
        )


class BankSamples:
    """The samples of the bank after the form map, grouped by type.

    `prototypes` (T, D) are the mean sample of each type. `nearest` is how many samples of a type
    a chunk is compared with.
    """

    def __init__(
        self, vectors: Vectors, types: npt.NDArray[np.int64], count: int, nearest: int
    ) -> None:
        self._nearest = nearest
        order = np.argsort(types, kind="stable")
        self._vectors = np.ascontiguousarray(vectors[order])
        bounds = np.searchsorted(types[order], np.arange(count + 1))
        self._starts: npt.NDArray[np.int64] = bounds[:-1]
        self._sizes: npt.NDArray[np.int64] = np.diff(bounds)
        self._large = np.flatnonzero(self._sizes > nearest)
        # The samples of each large type; those that a type lacks are a column that is never near.
        numbers = np.arange(max(self._sizes.max(), 1))
        places = self._starts[self._large, None] + numbers
        missing = numbers >= self._sizes[self._large, None]
        self._places: npt.NDArray[np.int64] = np.where(missing, len(vectors), places)
        self.prototypes = normalise(np.add.reduceat(self._vectors, self._starts, axis=0))

    def nearest(self, chunks: Vectors) -> Vectors:
        """Return the mean cosine of chunks (c, D) with the nearest samples of each type, (c, T).

        Types with fewer samples are compared with all of them.
        """
        # The last column stands for samples that a type lacks.
        near = np.full((len(chunks), len(self._vectors) + 1), -np.inf, dtype=np.float32)
        near[:, :-1] = cosines(chunks, self._vectors)
        means = np.add.reduceat(near[:, :-1], self._starts, axis=1) / self._sizes
        if len(self._large):
            own = np.partition(near[:, self._places], -self._nearest, axis=2)
            means[:, self._large] = own[:, :, -self._nearest :].mean(axis=2)
        return np.asarray(means, dtype=np.float32)


class EmbeddingSpace:
    """An embedder, its tuning, and the centred vectors of the knowledge in its space."""

    def __init__(
        self,
        embedder: Embedder,
        vectors: SpaceVectors,
        knowledge: Knowledge,
        parts: Parts = ALL_PARTS,
    ) -> None:
        self.embedder = embedder
        self.tuning = tuning_of(embedder.name)
        # Titles are embedded only where a channel uses them.
        self.has_titles = TITLE in self.tuning.weights
        self.ridge = vectors.ridge
        self._document_mean = vectors.document_mean
        self._title_mean = vectors.title_mean
        panel = vectors.types[knowledge.panel_rows]
        self._rule_mean = panel.mean(axis=0)
        self._languages = vectors.languages
        self.form = vectors.form
        if not parts.form:
            self.form = np.eye(len(vectors.form), dtype=np.float32)
        samples = self.by_form(normalise(vectors.samples - vectors.samples.mean(axis=0)))
        self.samples = BankSamples(
            samples, knowledge.sample_types, len(knowledge.bank_types), parts.nearest_samples
        )
        self.types = self.centre_rules(vectors.types)
        self._wordings = self.centre_rules(vectors.wordings)
        self._worded = np.array([each.row for each in knowledge.wordings], dtype=np.int64)
        self._bank_rows = knowledge.bank_rows
        self.panel = self.targets(self.centre_rules(panel))
        self.panel_stand_ins = self.panel.stand_ins(self.samples.prototypes)
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

    def by_form(self, vectors: Vectors) -> Vectors:
        """Map centred chunks or samples, shape (n, D), so that form counts more than topic."""
        return normalise(vectors @ self.form)

    def map_chunks(self, chunks: Vectors) -> MappedChunks:
        """Map centred chunks, shape (c, D)."""
        return MappedChunks(
            neutral=take_out(self._languages, chunks),
            described=normalise(chunks @ self.ridge),
            formed=self.by_form(chunks),
        )

    def type_cosines(self, direct: Vectors) -> Vectors:
        """Compare centred descriptions (n, D) with all types by their nearest wording, (n, N)."""
        cosines: Vectors = direct @ self.types.T
        np.maximum.at(cosines.T, self._worded, self._wordings @ direct.T)
        return cosines

    def targets(self, direct: Vectors) -> Targets:
        """Return the targets of centred descriptions, shape (n, D)."""
        nearness = self.type_cosines(direct)[:, self._bank_rows]
        foreign, familiar = self.tuning.familiarity
        familiarity = (nearness.max(axis=1) - foreign) / (familiar - foreign)
        nearest, shares = _mixture(nearness)
        return Targets(
            direct,
            nearest,
            shares,
            np.clip(familiarity, 0, 1).astype(np.float32),
        )


def take_out(directions: Vectors, vectors: Vectors) -> Vectors:
    """Return unit vectors (n, D) without their parts along orthonormal directions (L, D)."""
    along = (vectors @ directions.T) @ directions
    return normalise(np.asarray(vectors - along, dtype=np.float32))


def _mixture(nearness: Vectors) -> tuple[npt.NDArray[np.int64], Vectors]:
    """Return the nearest bank types and their shares, (n, 3) each, for cosines (n, T)."""
    count = min(_NEAREST_TYPES, nearness.shape[1])
    some = np.sort(np.argpartition(-nearness, count - 1, axis=1)[:, :count])
    order = np.argsort(-np.take_along_axis(nearness, some, axis=1), axis=1, kind="stable")
    nearest = np.take_along_axis(some, order, axis=1)
    values = np.take_along_axis(nearness, nearest, axis=1)
    weights = np.exp(_MIXTURE_STEEPNESS * (values - values[:, :1]))
    return nearest, np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float32)
