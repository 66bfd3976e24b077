"""What a rule means in the hierarchy of known types, and what follows for its score."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from worker.classification.embedders.base import Vectors
from worker.classification.knowledge.base import Knowledge
from worker.classification.scoring.tuning import Tuning

# A second type that a rule may mean is at most this much farther from it than the first.
_NEAR = 0.06
# A type whose name is a part of the rule's is meant only if its description is not far. One
# whose name the whole rule has may be farther, but not by so much than the nearest type:
# descriptions in other languages than English are far from all types.
_RELATED, _SLACK = 0.2, 0.2
# A rule of a type's name means a kind of it if its description is nearer to that by this much.
_NARROWER = 0.1
# A kind of a rule's type supports the rule by this much less than the type itself would, and
# by this share of the difference to the rule's own score.
_DISTANCE, _SHARE = 0.25, 0.5


@dataclass(frozen=True, slots=True)
class Resolution:
    """The types of the knowledge that a rule means: positions in `Knowledge.rules`.

    `steps` (P,) is the least number of steps from one of them down to each type of the panel,
    infinite for types that are no kind of it.
    """

    rows: tuple[int, ...]
    steps: Vectors

    @classmethod
    def of(cls, rows: Sequence[int], knowledge: Knowledge) -> Self:
        """Return the resolution of a rule that means these types, perhaps none."""
        steps = np.full(len(knowledge.panel), np.inf, dtype=np.float32)
        for row in rows:
            steps = np.minimum(steps, knowledge.steps[row])
        return cls(tuple(rows), steps)

    def with_kinds(self, rows: Sequence[int], knowledge: Knowledge) -> Self:
        """Return the resolution of a rule whose description also lists these types, as kinds."""
        new = [row for row in rows if row not in self.rows and not self._covers(row, knowledge)]
        if not new:
            return self
        below = np.minimum.reduce([knowledge.steps[row] for row in new]) + 1
        return replace(self, rows=(*self.rows, *new), steps=np.minimum(self.steps, below))

    def _covers(self, row: int, knowledge: Knowledge) -> bool:
        return any(knowledge.is_above(upper, row) for upper in self.rows)


@dataclass(frozen=True, slots=True)
class Kinds:
    """The types of the panel that are kinds of what rules mean, one entry for each pair.

    `rules` are positions of rules and `types` of the panel; `steps` lead from a rule down to a
    type. Few of all pairs are such, and each document asks for them.
    """

    rules: npt.NDArray[np.int64]
    types: npt.NDArray[np.int64]
    steps: Vectors

    @classmethod
    def of(cls, steps: Vectors) -> Self:
        """Return the pairs of rules and types whose number of steps (k, P) is finite."""
        rules, types = np.nonzero(np.isfinite(steps))
        return cls(rules, types, steps[rules, types])

    @classmethod
    def none(cls) -> Self:
        """Return no pairs, as of rules that mean no known type."""
        nothing = np.zeros(0, dtype=np.int64)
        return cls(nothing, nothing, np.zeros(0, dtype=np.float32))

    def subset(self, kept: Sequence[int]) -> "Kinds":
        """Return the pairs of the rules at the positions `kept`, which are counted anew."""
        numbers = np.full(max(*kept, self.rules.max(initial=0)) + 1, -1)
        numbers[list(kept)] = np.arange(len(kept))
        rules = numbers[self.rules]
        own = rules >= 0
        return Kinds(rules[own], self.types[own], self.steps[own])


def resolve(
    synonyms: Sequence[int],
    named: Sequence[int],
    cosines: Vectors,
    knowledge: Knowledge,
    known: float,
) -> Resolution:
    """Return the types that a rule means, perhaps none.

    It means the nearest of the `synonyms`, types that have its whole name, such as "Lieferschein"
    (see `synonyms_meant`), or else of those `named` in it, such as "signed contract" (see
    `only_related`), and otherwise the nearest of all types whose cosine (N,) to the rule is at
    least `known`; perhaps also the second, if it is nearly as near. Of two types one of which is
    above the other only the nearer counts, or of synonyms the upper one if the description says
    nothing.
    """
    rows = [*dict.fromkeys(synonyms)]
    if rows and cosines.max() < known:
        rows = _widest(rows, knowledge)
    rows = rows or [*named]
    rows = rows or [int(row) for row in np.flatnonzero(cosines >= known)]
    return Resolution.of(_nearest(rows, cosines, knowledge) if rows else [], knowledge)


def synonyms_meant(
    rows: Sequence[int], described: Collection[int], cosines: Vectors, known: float
) -> list[int]:
    """Return which of the types that have a rule's name are not far from its description.

    A description that is near to no type says nothing of the name, which decides then; so it is
    with most that are not in English. But "bon" is no receipt if the description is nearest to
    vouchers and has a name of them: `described` are the types whose names it has.
    """
    nearest = int(cosines.argmax())
    if cosines[nearest] < known and nearest not in described:
        return [*rows]
    least = min(_RELATED, float(cosines[nearest]) - _SLACK)
    return [row for row in rows if cosines[row] >= least]


def only_related(rows: Sequence[int], cosines: Vectors) -> list[int]:
    """Return the types named in a rule that are not far from its description."""
    return [row for row in rows if cosines[row] >= _RELATED]


def narrowed(row: int, cosines: Vectors, knowledge: Knowledge, known: float) -> int:
    """Return the kind of a named type that a rule's description clearly means, otherwise the type.

    "Bills: hospital bills to patients" are medical bills.
    """
    nearest = int(cosines.argmax())
    is_clear = cosines[nearest] >= max(known, float(cosines[row]) + _NARROWER)
    return nearest if is_clear and knowledge.is_above(row, nearest) else row


def _widest(rows: Sequence[int], knowledge: Knowledge) -> list[int]:
    """Return the types that are below no other of them.

    "Kontoauszug" is a statement of any account, unless the description says of which.
    """
    return [row for row in rows if not any(knowledge.is_above(upper, row) for upper in rows)]


def _nearest(rows: Sequence[int], cosines: Vectors, knowledge: Knowledge) -> list[int]:
    """Return the nearest of the types, at least one, and the second if it is nearly as near."""
    first, *others = sorted(rows, key=lambda row: -cosines[row])
    second = [
        row
        for row in others[:1]
        if cosines[row] >= cosines[first] - _NEAR
        and not knowledge.is_above(first, row)
        and not knowledge.is_above(row, first)
    ]
    return [first, *second]


def are_akin(rows: Sequence[int], others: Sequence[int], knowledge: Knowledge) -> bool:
    """Tell whether one of some types is one of the others, or one type is above both."""
    return not _kin(rows, knowledge).isdisjoint(_kin(others, knowledge))


def only_akin(items: Sequence[Sequence[int]], knowledge: Knowledge) -> list[list[int]]:
    """Return for each item of a list the types that are akin to those of other items.

    Among medical papers "Rezepte" are prescriptions and no recipes.
    """
    kept = []
    for number, rows in enumerate(items):
        others = [row for other in (*items[:number], *items[number + 1 :]) for row in other]
        kept.append([row for row in rows if are_akin([row], others, knowledge)])
    return kept


def _kin(rows: Sequence[int], knowledge: Knowledge) -> set[int]:
    """Return types and those above them."""
    return set(rows).union(*(knowledge.above[row] for row in rows))


def lift(scores: Vectors, panel: Vectors, kinds: Kinds) -> Vectors:
    """Return the scores of rules (k,), lifted by the kinds of what they mean.

    A document may fit a kind of the rule's type, such as "tenancy agreement", better than the
    general description, "contract". A rule gets half of the difference to its best kind less
    0.25. A type of the panel counts for the rule that is nearest to it only, so that a finer rule
    keeps its kind. `panel` (P,) are the scores of the panel.
    """
    nearest = np.full(len(panel), np.inf, dtype=np.float32)
    np.minimum.at(nearest, kinds.types, kinds.steps)
    own = kinds.steps == nearest[kinds.types]
    best = np.full(len(scores), -np.inf, dtype=np.float32)
    np.maximum.at(best, kinds.rules[own], panel[kinds.types[own]])
    best -= _DISTANCE
    return np.asarray(scores + _SHARE * np.maximum(best - scores, 0), dtype=np.float32)


def covered_types(
    cosines: Vectors, resolutions: Sequence[Resolution], tuning: Tuning
) -> npt.NDArray[np.bool_]:
    """Return which types of the panel each rule covers, (k, P): they are no alternatives to it.

    A rule covers the kinds of what it means and descriptions that are nearly its own. A rule that
    means no known type covers all that is near to it.
    """
    steps = np.stack([each.steps for each in resolutions])
    unknown = np.array([not each.rows for each in resolutions])[:, None]
    return np.isfinite(steps) | (cosines >= tuning.same) | (unknown & (cosines >= tuning.explained))
