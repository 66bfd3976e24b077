"""How far what a document calls itself, and what it does, speaks for each rule."""

from collections.abc import Collection, Iterable, Sequence

import numpy as np

from app.jobs.values import Rule
from worker.classification.embedders.base import Vectors
from worker.classification.knowledge.base import Knowledge
from worker.classification.knowledge.names import FoundName, NameFinder
from worker.classification.knowledge.phrases import FoundAct
from worker.classification.rules.texts import name_of
from worker.classification.scoring.tuning import Range

WEIGHT = 2.5
"""The standard deviations that a certain title adds to a rule of its name."""

ACT_WEIGHT = 3.0
"""The standard deviations that phrases add at most to a rule of their type."""

# The weight of phrases that says as much as more of them, in a text of so many characters.
_ENOUGH, _SHORT = 3.0, 2_000

# A type this much farther from a rule than the nearest one is not related to it: a rule for
# receipts gains nothing from the title "Invoice".
_SLACK = 0.2
_PARENT = 0.8
_FINER = 0.6


class Naming:
    """The relation of rules to types of the knowledge: 1 for a rule of the type's own name."""

    def __init__(self, knowledge: Knowledge, finder: NameFinder, related: Range) -> None:
        self._knowledge = knowledge
        self._finder = finder
        self._related = related
        steps = [
            (row, parent, _PARENT**distance)
            for row, above in enumerate(knowledge.above)
            for parent, distance in above.items()
        ]
        rows = np.array([row for row, _, _ in steps], dtype=np.int64)
        self._lower, self._starts = np.unique(rows, return_index=True)
        self._upper = np.array([parent for _, parent, _ in steps], dtype=np.int64)
        self._factors = np.array([factor for _, _, factor in steps], dtype=np.float32)

    def relations(
        self,
        rules: Sequence[Rule],
        cosines: Vectors,
        listed: Sequence[Sequence[int]] = (),
        own: Sequence[Collection[int]] = (),
    ) -> Vectors:
        """Return how far the title of each type speaks for each rule, (k, N), 0 to 1.

        `cosines` (k, N) compare their descriptions with the types. `listed` has the types that
        each rule lists, and `own` those that it means by its whole name; without `own` these are
        all types of that name.
        """
        far, near = self._related
        related = np.clip((cosines - far) / (near - far), 0, 1)
        related *= np.clip(1 - (cosines.max(axis=1, keepdims=True) - cosines) / _SLACK, 0, 1)
        related = self._from_parents(related)
        for number, rule in enumerate(rules):
            name = name_of(rule)
            meant = own[number] if own else self._rows_of(name)
            for row in self._finder.rows_in(name):
                if row not in meant and cosines[number, row] >= _SLACK:
                    related[number, row] = max(related[number, row], _PARENT)
            if meant:
                # Its name says more than the likeness of its description.
                related[number] *= _PARENT
                self._add_kinds(related[number], meant)
                for row in meant:
                    for above in self._knowledge.above[row]:
                        related[number, above] = max(related[number, above], _FINER)
        for number, rows in enumerate(listed):
            self._add_kinds(related[number], rows)
        return np.asarray(related, dtype=np.float32)

    def _add_kinds(self, related: Vectors, rows: Iterable[int]) -> None:
        """Relate a rule (N,) to types that it means and to their kinds."""
        for row in rows:
            for below, steps in self._knowledge.below[row].items():
                related[below] = max(related[below], _PARENT**steps)

    def _rows_of(self, name: str) -> set[int]:
        row = self._knowledge.rows.get(name)
        return {*self._finder.rows_of(name), *([] if row is None else [row])}

    def _from_parents(self, related: Vectors) -> Vectors:
        result = related.copy()
        if len(self._lower):
            inherited = np.maximum.reduceat(
                related[:, self._upper] * self._factors, self._starts, axis=1
            )
            result[:, self._lower] = np.maximum(result[:, self._lower], inherited)
        return result


def bonuses(found: Sequence[FoundName], relations: Vectors, own: Sequence[float] = ()) -> Vectors:
    """Return what the names found in a document add to each rule, shape (k,).

    `own` has, for each rule, how surely the document has the rule's own name for a title.
    """
    best = np.zeros(len(relations), dtype=np.float32)
    if own:
        best = np.maximum(best, np.array(own, dtype=np.float32))
    if found:
        strengths = np.array([name.strength for name in found], dtype=np.float32)
        best = np.maximum(
            best, (relations[:, [name.row for name in found]] * strengths).max(axis=1)
        )
    return np.asarray(WEIGHT * best, dtype=np.float32)


def act_bonuses(
    acts: Sequence[FoundAct], names: Sequence[FoundName], characters: int, relations: Vectors
) -> Vectors:
    """Return what a document does adds to each rule, shape (k,).

    A heading says more than phrases: the surer the document calls itself something, the less they
    count. So they do in a long text, where a few may be about other documents.
    """
    if not acts:
        return np.zeros(len(relations), dtype=np.float32)
    titled = max((name.strength for name in names), default=0.0)
    share = (1 - titled**2) * min(1.0, _SHORT / max(characters, 1))
    strengths = np.array([min(1.0, act.weight / _ENOUGH) for act in acts], dtype=np.float32)
    best = (relations[:, [act.row for act in acts]] * strengths).max(axis=1)
    return np.asarray(ACT_WEIGHT * share * best, dtype=np.float32)
