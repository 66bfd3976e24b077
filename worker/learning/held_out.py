"""What labelled documents say of each other, as if the label of each had not been given."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from worker.classification.embedders.base import Vectors, normalise
from worker.classification.learning.model import (
    NULL,
    Columns,
    StageModel,
    measure_closeness,
    measure_likeness,
    weigh_lessons,
)
from worker.classification.learning.vectors import without_form
from worker.classification.scoring.scores import Flags

# So many documents are compared with all others at a time.
_BLOCK = 250


@dataclass(frozen=True, slots=True)
class StageVectors:
    """The labelled documents that have a vector at a stage: `vectors` (n, D), their `rows` (n,).

    `scores` (m, t) are those of the rules, for the documents at the places `scored` (m,).
    """

    vectors: Vectors
    rows: Columns
    scores: Vectors
    scored: Columns


@dataclass(frozen=True, slots=True)
class Likeness:
    """What the labels of others say of a document: the arguments of `add_up`."""

    closeness: Vectors
    lessons: Vectors
    likeness: float


def fit_stage(
    seen: StageVectors, columns: Columns, types: int, neighbours: Sequence[int]
) -> StageModel:
    """Return the model of a stage; `columns` and the rows of `neighbours` count all documents."""
    places = {row: place for place, row in enumerate(neighbours)}
    kept = [place for place, row in enumerate(seen.rows) if int(row) in places]
    lessons = weigh_lessons(seen.scores, columns[seen.rows[seen.scored]])
    return StageModel(
        means=normalise(_sums(seen, columns, types)),
        lessons=lessons.T @ without_form(seen.vectors[seen.scored]),
        vectors=seen.vectors[kept],
        rows=np.array([places[int(seen.rows[place])] for place in kept], dtype=np.int64),
    )


def compare_held_out(
    seen: StageVectors,
    columns: Columns,
    types: int,
    neighbours: Sequence[int],
    groups: Columns,
    checked: Sequence[int],
) -> dict[int, Likeness]:
    """Return the likeness of each checked document that has a vector to the others, by row.

    Documents of one group, by `groups` for all documents, leave together: nothing that is said of a
    document comes from itself or a copy of it.
    """
    sums = _sums(seen, columns, types)
    own_columns, own_groups = columns[seen.rows], groups[seen.rows]
    is_neighbour = np.isin(seen.rows, np.asarray(neighbours, dtype=np.int64))
    shown, shown_columns = seen.vectors[is_neighbour], own_columns[is_neighbour]
    teachers = without_form(seen.vectors[seen.scored])
    lessons = weigh_lessons(seen.scores, own_columns[seen.scored])
    place_of = {int(row): place for place, row in enumerate(seen.rows)}
    found = {}
    for row in checked:
        place = place_of.get(row)
        if place is None:
            continue
        vector, is_copy = seen.vectors[place], own_groups == own_groups[place]
        left = _without(sums, seen.vectors, own_columns, is_copy)
        others = ~is_copy[is_neighbour]
        cosines = (shown @ vector)[others]
        closeness = measure_closeness(normalise(left) @ vector, cosines, shown_columns[others])
        taught = np.where(is_copy[seen.scored], 0, teachers @ vector)
        found[row] = Likeness(closeness, lessons.T @ taught, measure_likeness(cosines))
    return found


def group_copies(vectors: Vectors, least: float) -> Columns:
    """Return the number of the group of each vector (n, D) of length 1: copies have the same.

    Two are copies from the cosine `least` on, and so are those that a third one joins.
    """
    count = len(vectors)
    first = np.arange(count)
    for start in range(0, count, _BLOCK):
        near = vectors[start : start + _BLOCK] @ vectors.T >= least
        for row, others in enumerate(near, start):
            joined = np.flatnonzero(others[:row])
            if len(joined):
                roots = np.unique(first[joined])
                first[np.isin(first[:row], roots).nonzero()[0]] = roots[0]
                first[row] = roots[0]
    return np.asarray(first, dtype=np.int64)


def _without(sums: Vectors, vectors: Vectors, columns: Columns, is_left_out: Flags) -> Vectors:
    """Return the sums (t, D) of the documents in `columns` (n,) but for those that are left out."""
    has_type = columns != NULL
    left_out = np.flatnonzero(is_left_out & has_type)
    if not len(left_out):
        return sums
    left = sums.copy()
    np.subtract.at(left, columns[left_out], vectors[left_out])
    # Rounding leaves a little of a type whose documents have all been left out.
    gone = np.bincount(columns[left_out], minlength=len(sums))
    total = np.bincount(columns[has_type], minlength=len(sums))
    left[gone == total] = 0
    return left


def _sums(seen: StageVectors, columns: Columns, types: int) -> Vectors:
    sums = np.zeros((types, seen.vectors.shape[1]), dtype=np.float32)
    own = columns[seen.rows]
    for column in np.unique(own[own != NULL]):
        sums[column] = seen.vectors[own == column].sum(axis=0)
    return sums
