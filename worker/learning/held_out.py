"""Closeness of labelled documents to the others, as if their own labels had not been given."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from worker.classification.embedders.base import Vectors, normalise
from worker.classification.learning.model import Columns, StageModel, measure_closeness


@dataclass(frozen=True, slots=True)
class StageVectors:
    """The labelled documents that have a vector at a stage: `vectors` (n, D), their `rows` (n,)."""

    vectors: Vectors
    rows: Columns


def fit_stage(
    seen: StageVectors, columns: Columns, types: int, neighbours: Sequence[int]
) -> StageModel:
    """Return the model of a stage; `columns` and the rows of `neighbours` count all documents."""
    sums = _sums(seen, columns, types)
    places = {row: place for place, row in enumerate(neighbours)}
    kept = [place for place, row in enumerate(seen.rows) if int(row) in places]
    return StageModel(
        means=normalise(sums),
        vectors=seen.vectors[kept],
        rows=np.array([places[int(seen.rows[place])] for place in kept], dtype=np.int64),
    )


def held_out_closeness(
    seen: StageVectors,
    columns: Columns,
    types: int,
    neighbours: Sequence[int],
    groups: Columns,
    checked: Sequence[int],
) -> dict[int, Vectors]:
    """Return the closeness, (types + 1,), of each checked document that has a vector, by row.

    Documents of one group, by `groups` for all documents, leave together: nothing that is said of a
    document comes from itself or a copy of it.
    """
    sums = _sums(seen, columns, types)
    own_columns, own_groups = columns[seen.rows], groups[seen.rows]
    is_neighbour = np.isin(seen.rows, np.asarray(neighbours, dtype=np.int64))
    shown = seen.vectors[is_neighbour]
    shown_columns, shown_groups = own_columns[is_neighbour], own_groups[is_neighbour]
    place_of = {int(row): place for place, row in enumerate(seen.rows)}
    found = {}
    for row in checked:
        place = place_of.get(row)
        if place is None:
            continue
        vector, group = seen.vectors[place], own_groups[place]
        left = sums
        members = np.flatnonzero((own_groups == group) & (own_columns >= 0))
        if len(members):
            left = sums.copy()
            np.subtract.at(left, own_columns[members], seen.vectors[members])
            # Of a type whose documents have all left, rounding leaves a little.
            gone = np.bincount(own_columns[members], minlength=types)
            total = np.bincount(own_columns[own_columns >= 0], minlength=types)
            left[gone == total] = 0
        others = shown_groups != group
        found[row] = measure_closeness(
            normalise(left) @ vector, (shown @ vector)[others], shown_columns[others]
        )
    return found


def group_copies(vectors: Vectors, least: float) -> Columns:
    """Return the number of the group of each vector (n, D) of length 1: copies have the same.

    Two are copies from the cosine `least` on, and so are those that a third one joins.
    """
    count = len(vectors)
    first = np.arange(count)
    for start in range(0, count, 1_000):
        near = vectors[start : start + 1_000] @ vectors.T >= least
        for row, others in enumerate(near, start):
            joined = np.flatnonzero(others[:row])
            if len(joined):
                roots = np.unique(first[joined])
                first[np.isin(first[:row], roots).nonzero()[0]] = roots[0]
                first[row] = roots[0]
    return np.asarray(first, dtype=np.int64)


def _sums(seen: StageVectors, columns: Columns, types: int) -> Vectors:
    sums = np.zeros((types, seen.vectors.shape[1]), dtype=np.float32)
    own = columns[seen.rows]
    np.add.at(sums, own[own >= 0], seen.vectors[own >= 0])
    return sums
