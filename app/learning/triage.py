"""Triage: which files a person should label next, so that few labels teach much.

A pure function. Two things count: how unsure a verdict is, because the label of a file whose type
is sure says nothing new, and that the labels spread over the types, because a type without labels
learns nothing from those of other types.
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

# Added to the doubt of each verdict, so that types whose verdicts are all certain take turns too.
_DOUBT = 0.01


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file without a label, and what its verdict says.

    `type` None means that no rule fits. `confidence` and `runner_up`, the confidence of the second
    best outcome, are 0 to 1. Candidates of one `group` are copies of one document: a label of one
    of them says nothing more about the others. None is a group of its own.
    """

    id: UUID | str
    type: str | None
    confidence: float
    runner_up: float = 0.0
    group: str | None = None

    @property
    def margin(self) -> float:
        """How far the verdict is from another one: 0 is a guess between two."""
        return self.confidence - self.runner_up


def order_candidates(
    candidates: Iterable[Candidate],
    labelled: Mapping[str | None, int] | None = None,
    labelled_groups: Collection[str] = (),
) -> list[Candidate]:
    """Return the candidates in the order in which their labels teach most.

    `labelled` is how many labels each type has already. The types take turns: the next label goes
    to the type with the highest weight for each label that it has (the divisor method of V.
    D'Hondt, 1878), and within a type to the smallest margin. The weight of a type is the square
    root of its expected number of errors, so that a large type gets more labels than a small one,
    but does not get them all. Copies of a document that was in the order, or that is one of the
    `labelled_groups`, come at the end. The same candidates give the same order, whatever order they
    come in.
    """
    firsts, copies = _split_copies(sorted(candidates, key=_by_margin), labelled_groups)
    by_type: dict[str | None, list[Candidate]] = defaultdict(list)
    for candidate in firsts:
        by_type[candidate.type].append(candidate)
    given = labelled or {}
    weights = {
        type_: math.sqrt(sum(_DOUBT + 1 - candidate.confidence for candidate in group))
        for type_, group in by_type.items()
    }
    taken = dict.fromkeys(by_type, 0)

    def turn(type_: str | None) -> tuple[float, bool, str]:
        count = given.get(type_, 0) + taken[type_] + 1
        return -weights[type_] / count, type_ is None, type_ or ""

    turns = [(turn(type_), type_) for type_ in by_type]
    heapq.heapify(turns)
    ordered: list[Candidate] = []
    while turns:
        _, type_ = turns[0]
        ordered.append(by_type[type_][taken[type_]])
        taken[type_] += 1
        if taken[type_] < len(by_type[type_]):
            heapq.heapreplace(turns, (turn(type_), type_))
        else:
            heapq.heappop(turns)
    return ordered + copies


def _by_margin(candidate: Candidate) -> tuple[float, float, str]:
    return candidate.margin, candidate.confidence, str(candidate.id)


def _split_copies(
    candidates: Iterable[Candidate], labelled_groups: Collection[str]
) -> tuple[list[Candidate], list[Candidate]]:
    """Return the first candidate of each group without a label, and the rest."""
    firsts: list[Candidate] = []
    copies: list[Candidate] = []
    groups = set(labelled_groups)
    for candidate in candidates:
        if candidate.group is not None and candidate.group in groups:
            copies.append(candidate)
            continue
        if candidate.group is not None:
            groups.add(candidate.group)
        firsts.append(candidate)
    return firsts, copies
