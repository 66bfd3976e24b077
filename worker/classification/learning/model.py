"""What verdicts need of a learned model, and how labelled documents count: NumPy only."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from worker.classification.embedders.base import Vectors

NULL = -1
"""The column of labelled documents that no rule fits."""

Columns = npt.NDArray[np.int64]

# Chosen on half of the collections; docs/decisions/classification.md has the figures.
# How much the nearest labelled document of a type counts beside the mean of them.
_NEAREST_SHARE = 0.5
# The closeness to a type without labels: that of a document to labelled ones of another type.
_NEUTRAL = 0.15
# Closeness beyond this speaks not only for one rule against the others, but also against null.
_CLOSE = 0.35


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A labelled file: its name, its label, and the line of it that speaks most."""

    name: str
    type: str | None
    line: str


@dataclass(frozen=True, slots=True)
class NearestFile:
    """The labelled file that is most like a document, and the cosine of the two."""

    file: Neighbour
    similarity: float


@dataclass(frozen=True, slots=True)
class StageModel:
    """The labelled documents at one stage of the engine.

    `means` (t, D) are the mean directions of those of each type, 0 for a type without any.
    `vectors` (n, D) are those of some neighbours, and `rows` (n,) the positions of these.
    """

    means: Vectors
    vectors: Vectors
    rows: Columns


@dataclass(frozen=True, slots=True)
class Learned:
    """What labels say of a document: an addition to each rule's score, and the nearest file."""

    additions: Vectors
    nearest: NearestFile


@dataclass(frozen=True, slots=True)
class LabelWeight:
    """How much labels count, in standard deviations for each unit of closeness.

    `strength` sets rules apart from each other. `lift` times as much speaks for the closest rule
    against null.
    """

    strength: float
    lift: float = 0.0


@dataclass(frozen=True, slots=True)
class LearnedModel:
    """What the labels of a project teach about a set of rules.

    `version` identifies the labels and rules. `label_count` is the number of labels. `types` are
    those of the rules that compete, in the order of the columns. `weight` is how much labels count,
    None for not at all. A stage is None where no labelled document could be read at it.
    `neighbours` are labelled files, and `columns` has the columns of their types, or NULL.
    """

    version: str
    label_count: int
    types: tuple[str, ...]
    weight: LabelWeight | None
    stages: tuple[StageModel | None, ...]
    neighbours: tuple[Neighbour, ...]
    columns: Columns

    def compare(self, stage: int, vector: Vectors, types: Sequence[str]) -> Learned | None:
        """Compare a document (D,) with the labelled ones, for rules of these types in any order.

        None when the labels do not count at this stage.
        """
        model = self.stages[stage]
        if model is None or self.weight is None:
            return None
        cosines = model.vectors @ vector
        closeness = measure_closeness(model.means @ vector, cosines, self.columns[model.rows])
        added = add_up(closeness, self.weight)
        places = {type_: place for place, type_ in enumerate(self.types)}
        row = int(cosines.argmax())
        nearest = NearestFile(self.neighbours[model.rows[row]], float(cosines[row]))
        return Learned(added[[places[type_] for type_ in types]], nearest)


def measure_closeness(by_mean: Vectors, cosines: Vectors, columns: Columns) -> Vectors:
    """Return how close a document is to the labelled ones of each type and of null, (t + 1,).

    `by_mean` (t,) are its cosines with the means of the types, `cosines` (n,) those with labelled
    documents in `columns` (n,). A type without any is -inf. Documents that no rule fits have no
    mean, because they have nothing in common: the nearest of them counts.
    """
    nearest = np.full(len(by_mean) + 1, -np.inf, dtype=np.float32)
    np.maximum.at(nearest, columns, cosines)
    nearest[:-1] = _NEAREST_SHARE * nearest[:-1] + (1 - _NEAREST_SHARE) * by_mean
    return nearest


def add_up(closeness: Vectors, weight: LabelWeight) -> Vectors:
    """Return what closeness (t + 1,) adds to the scores of the rules, shape (t,).

    The closest type loses nothing, and the others lose by how much less close they are. So labels
    decide between rules, and not whether any rule fits: a document that is unlike all labelled ones
    is judged as before. Only a lift, for rules that say little, makes real closeness speak against
    null, and a document that is closer to one that no rule fits loses in all rules.
    """
    known = np.where(np.isfinite(closeness[:-1]), closeness[:-1], _NEUTRAL)
    best = known.max()
    shift = weight.lift * max(0.0, best - _CLOSE) - max(0.0, closeness[-1] - best)
    return np.asarray(weight.strength * (known - best + shift), dtype=np.float32)
