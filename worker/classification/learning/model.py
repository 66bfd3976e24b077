"""What verdicts need of a learned model, and how labelled documents count: NumPy only."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from worker.classification.embedders.base import Vectors
from worker.classification.scoring.calibration import STEEPNESS

NULL = -1
"""The column of labelled documents that no rule fits."""

Columns = npt.NDArray[np.int64]

# Chosen on half of the collections; docs/decisions/learning.md has the figures.
# How much the nearest labelled document of a type counts beside the mean of them.
_NEAREST_SHARE = 0.5
# The closeness of a document to labelled ones of another type, and to a type without any: less
# says no more.
_NEUTRAL = 0.15
# How much what the engine got wrong about labelled documents counts beside closeness.
_LESSON_SHARE = 0.8
# How much of what lessons add to the rule that gains most speaks for it against null.
_LESSON_LIFT = 0.15
# With so many labels a type, each lesson counts half: the more there are, the more repeat others.
_MANY_LABELS = 10.0
# Labels that are added to those of each type when types are made to count alike: a type's only
# label may be wrong, and must not count as much as all labels of another type.
_DOUBT = 1.0
# Up to the first cosine with the nearest labelled document a document is unlike all of them, and
# labels say nothing of it; from the second one on they count in full. Documents that have nothing
# in common have 0, with a standard deviation of .08.
_UNLIKE, _ALIKE = 0.1, 0.3
# Closeness beyond this speaks not only for one rule against the others, but also against null.
_CLOSE = 0.35

COPIES = 0.97
"""The cosine from which on two documents are copies of each other, such as parts of one document.

Documents of different types had at most .72 (dev and half A of dev2; docs/decisions)."""
# One document has less only because vectors are stored in half precision.
_SAME = 0.999


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

    @property
    def is_same(self) -> bool:
        """Whether it is the document itself, and not one nearly like it."""
        return self.similarity >= _SAME

    @property
    def is_alike(self) -> bool:
        """Whether it is so much like the document that labels count in full."""
        return self.similarity >= _ALIKE


@dataclass(frozen=True, slots=True)
class StageModel:
    """The labelled documents at one stage of the engine.

    `means` (t, D) are the mean directions of those of each type, 0 for a type without any.
    `lessons` (t, D) are what the engine alone gets wrong about them, see `weigh_lessons`.
    `vectors` (n, D) are those of some neighbours, and `rows` (n,) the positions of these.
    """

    means: Vectors
    lessons: Vectors
    vectors: Vectors
    rows: Columns


@dataclass(frozen=True, slots=True)
class Learned:
    """What labels say of a document: an addition to each rule's score, and the nearest file.

    `additions` (k,) are None where labels count for copies only. `copies` are the labelled files
    that the document is, or is nearly, nearest first.
    """

    additions: Vectors | None
    nearest: NearestFile
    copies: tuple[NearestFile, ...] = ()

    @property
    def copy(self) -> NearestFile | None:
        """The labelled file whose label the document gets; None if its copies disagree."""
        return self.copies[0] if self.copies and not self.conflict else None

    @property
    def conflict(self) -> tuple[NearestFile, NearestFile] | None:
        """Two copies of the document with different labels."""
        others = (each for each in self.copies if each.file.type != self.copies[0].file.type)
        other = next(others, None)
        return None if other is None else (self.copies[0], other)


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
    `neighbours` are labelled files, and `columns` has the columns of their types, or NULL. With
    `ignores_others` copies do not count whose label none of the rules has.
    """

    version: str
    label_count: int
    types: tuple[str, ...]
    weight: LabelWeight | None
    stages: tuple[StageModel | None, ...]
    neighbours: tuple[Neighbour, ...]
    columns: Columns
    ignores_others: bool = False

    def compare(self, stage: int, vector: Vectors, types: Sequence[str]) -> Learned | None:
        """Compare a document (D,) with the labelled ones, for rules of these types in any order.

        None when no label says anything of it at this stage.
        """
        model = self.stages[stage]
        if model is None:
            return None
        cosines = model.vectors @ vector

        def file_at(row: int) -> NearestFile:
            return NearestFile(self.neighbours[model.rows[row]], float(cosines[row]))

        like = np.flatnonzero(cosines >= COPIES)
        found = (file_at(int(row)) for row in like[np.argsort(-cosines[like], kind="stable")])
        copies = tuple(each for each in found if not self.ignores_others or each.file.type in types)
        additions = None
        likeness = measure_likeness(cosines)
        if self.weight is not None and likeness > 0:
            closeness = measure_closeness(model.means @ vector, cosines, self.columns[model.rows])
            added = add_up(closeness, model.lessons @ vector, likeness, self.weight)
            places = {type_: place for place, type_ in enumerate(self.types)}
            additions = added[[places[type_] for type_ in types]]
        elif not copies:
            return None
        return Learned(additions, file_at(int(cosines.argmax())), copies)

    def for_copies_only(self, *, ignores_others: bool = False) -> "LearnedModel":
        """Return the model whose labels count for copies of labelled documents alone."""
        return replace(self, weight=None, ignores_others=ignores_others)


class OwnLabel(LearnedModel):
    """The label of the very document that is judged, where there is no model of this engine.

    That label is known without any fit; what it says of other documents is not.
    """

    @classmethod
    def of(cls, file: Neighbour) -> "OwnLabel":
        """Return the model of one label; its version is that of the label."""
        return cls(
            version=hashlib.sha256(f"{file.name!r} {file.type!r}".encode()).hexdigest(),
            label_count=1,
            types=(),
            weight=None,
            stages=(),
            neighbours=(file,),
            columns=np.array([NULL], dtype=np.int64),
        )

    def compare(self, stage: int, vector: Vectors, types: Sequence[str]) -> Learned:  # noqa: ARG002  # nothing is compared
        """Return the label; the document is the file that has it."""
        found = NearestFile(self.neighbours[0], 1.0)
        return Learned(None, found, (found,))


def measure_likeness(cosines: Vectors) -> float:
    """Return how far labels count for a document, 0 to 1, by its cosines with labelled ones."""
    nearest = float(cosines.max(initial=-1.0))
    return min(1.0, max(0.0, (nearest - _UNLIKE) / (_ALIKE - _UNLIKE)))


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


def weigh_lessons(scores: Vectors, columns: Columns) -> Vectors:
    """Return what the engine got wrong about labelled documents in these columns, shape (n, t).

    `scores` (n, t) are those of the rules. The lesson of a document is the probability that the
    right rule lacked, and for each other rule minus the probability that it had: the step of a
    logistic regression whose offset are the scores. A document that is judged rightly and surely
    teaches nothing, and neither does one that no rule fits. Types teach nearly alike, whatever the
    numbers of their labels: otherwise labels of many invoices and few receipts, which the engine
    confuses, would turn receipts into invoices.
    """
    raised = np.exp(STEEPNESS * (scores - scores.max(axis=1, keepdims=True)))
    lessons = -raised / raised.sum(axis=1, keepdims=True)
    typed = np.flatnonzero(columns != NULL)
    own = columns[typed]
    lessons[typed, own] += 1
    lessons[columns == NULL] = 0
    counts = np.bincount(own, minlength=scores.shape[1])
    per_type = len(typed) / max(int(np.count_nonzero(counts)), 1)
    balance = (per_type + _DOUBT) / (counts[own] + _DOUBT)
    lessons[typed] *= balance[:, None] / (1 + per_type / _MANY_LABELS)
    return np.asarray(lessons, dtype=np.float32)


def add_up(closeness: Vectors, lessons: Vectors, likeness: float, weight: LabelWeight) -> Vectors:
    """Return what closeness (t + 1,) and lessons (t,) add to the scores of the rules, shape (t,).

    All is multiplied by `likeness`: a document that is unlike all labelled ones is judged as
    before. The closest type loses nothing, and the others lose by how much less close they are. So
    labels decide between rules, and not whether any rule fits. A type without labels and one whose
    documents are of another kind are alike: to be less like the other types is no sign of the
    closest one. Only a lift, for rules that say little, makes real closeness speak against null,
    and a document that is closer to one that no rule fits loses in all rules. Lessons, the sums of
    those of all labelled documents by their cosines, mend what the engine gets wrong about
    documents like this one, of which null may be one, so a part of the gain is taken off all rules.
    """
    known = np.maximum(closeness[:-1], _NEUTRAL)
    best = known.max()
    shift = weight.lift * max(0.0, best - _CLOSE) - max(0.0, closeness[-1] - best)
    mended = lessons - (1 - _LESSON_LIFT) * max(0.0, float(lessons.max()))
    added = known - best + shift + _LESSON_SHARE * mended
    return np.asarray(likeness * weight.strength * added, dtype=np.float32)
