"""One trial of learning: labels of other sources, a fitted model, and verdicts of one fold."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

import numpy as np

from app.jobs.values import Rule
from benchmarks.accuracy.engines import Fitted
from worker.classification.embedders.base import Vectors
from worker.classification.engine import Engine
from worker.classification.fitting.corpus import LabelledDocument
from worker.classification.learning.model import (
    LearnedModel,
    add_up,
    measure_closeness,
    measure_likeness,
)
from worker.classification.learning.observation import Observation
from worker.classification.scoring.rule_set import RuleSet
from worker.learning.checking import CheckedVerdict, judge
from worker.learning.fit import LabelledObservation, fit_model


@dataclass(frozen=True, slots=True)
class Observed:
    """All documents as the engine without one fold sees them, None for those without text."""

    number: int
    engine: Engine
    rules: Sequence[Rule]
    documents: Sequence[LabelledDocument]
    observations: Sequence[Observation | None]
    folds: Sequence[int]

    def right(self, row: int, chosen: Sequence[int]) -> int | None:
        """Return the place in `chosen` of the right rule of a document."""
        label = self.documents[row].label
        return next((p for p, r in enumerate(chosen) if self.rules[r].type == label), None)

    def rows(self, *, inside: bool) -> list[int]:
        """Return the documents with text that are in the fold, or those that are not."""
        return [
            row
            for row, observation in enumerate(self.observations)
            if observation is not None and (self.folds[row] == self.number) == inside
        ]


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict about a document, and with the right rule taken away; None where there is none.

    `best` is whether the best rule was right, `decision` whether the verdict was, and `absent`
    whether null was said without the right rule. `is_none` tells that no rule is right.
    """

    row: int
    is_none: bool
    best: bool | None
    decision: bool
    confidence: float
    absent: bool | None


Labels = Sequence[tuple[int, str | None]]
"""The rows of labelled documents and the types that they are given."""


def observe(
    fitted: Fitted, number: int, documents: Sequence[LabelledDocument], rules: Sequence[Rule]
) -> Observed:
    """Look at all documents with the constants that were fitted without one fold."""
    engine = Engine(
        fitted.embedders,
        fitted.constants[number],
        cascade=fitted.cascade,
        knowledge=fitted.knowledge,
    )
    observations = [engine.observe(engine.embed(item.document), list(rules)) for item in documents]
    folds = [fitted.fold[item.source] for item in documents]
    return Observed(number, engine, rules, documents, observations, folds)


def pick_labels(
    observed: Observed,
    chosen: Sequence[int],
    count: int,
    wrong: float,
    random: np.random.Generator,
) -> Labels:
    """Return up to `count` labels of each chosen rule, and of null, from outside the fold."""
    pool = [int(row) for row in random.permutation(observed.rows(inside=False))]
    types = [observed.rules[position].type for position in chosen]
    labels: list[tuple[int, str | None]] = []
    every = {rule.type for rule in observed.rules}
    for type_ in (None, *types):
        fitting = [
            row
            for row in pool
            if (observed.documents[row].label == type_)
            or (type_ is None and observed.documents[row].label not in every)
        ]
        for row in fitting[:count]:
            is_wrong = random.random() < wrong
            labels.append((row, str(random.choice(types)) if is_wrong else type_))
    return labels


@dataclass(slots=True)
class Trial:
    """A model of some rules, fitted to labels. Without labels, the engine alone judges."""

    observed: Observed
    chosen: Sequence[int]
    labels: Labels
    model: LearnedModel | None = field(init=False, default=None)
    read: RuleSet = field(init=False)

    def __post_init__(self) -> None:
        """Fit the model and keep it where the check says that it helps."""
        rules = [self.observed.rules[position] for position in self.chosen]
        self.read = self.observed.engine.scorer.rules.read_set(rules)
        if not self.labels:
            return
        seen = [
            LabelledObservation(UUID(int=row), "", type_, self.observation(row))
            for row, type_ in sorted(self.labels)
        ]
        fit = fit_model(self.observed.engine, rules, seen, "")
        self.model = fit.model if fit.is_used else None

    @property
    def is_used(self) -> bool:
        """Whether labels count."""
        return self.model is not None

    def observation(self, row: int) -> Observation:
        """Return a document as the chosen rules alone see it."""
        whole = self.observed.observations[row]
        assert whole is not None  # only rows with text are asked for
        places = list(self.chosen)
        stages = tuple(
            stage if stage is None or stage.own is None else replace(stage, own=stage.own[places])
            for stage in whole.stages
        )
        return replace(whole, stages=stages)

    def judge(self, row: int, left_out: int | None = None) -> CheckedVerdict:
        """Return the verdict; without one of the chosen rules and its labels if it is left out."""
        observation = self.observation(row)
        additions = [
            None if stage is None else self._add(number, stage.vector.astype(np.float32), left_out)
            for number, stage in enumerate(observation.stages)
        ]
        if left_out is None:
            return judge(observation, self.read, self.observed.engine.stages, additions)
        kept = [place for place in range(len(self.chosen)) if place != left_out]
        rules = [self.observed.rules[self.chosen[place]] for place in kept]
        read = self.observed.engine.scorer.rules.read_set(rules)
        stages = tuple(
            stage if stage is None or stage.own is None else replace(stage, own=stage.own[kept])
            for stage in observation.stages
        )
        return judge(
            replace(observation, stages=stages),
            read,
            self.observed.engine.stages,
            [None if added is None else added[kept] for added in additions],
        )

    def _add(self, number: int, vector: Vectors, left_out: int | None) -> Vectors | None:
        model = self.model
        stage = None if model is None else model.stages[number]
        if model is None or stage is None or model.weight is None:
            return None
        columns, cosines = model.columns[stage.rows], stage.vectors @ vector
        closeness = measure_closeness(stage.means @ vector, cosines, columns)
        if left_out is not None:
            closeness[left_out] = -np.inf
            cosines = cosines[columns != left_out]
        likeness = measure_likeness(cosines)
        return add_up(closeness, stage.lessons @ vector, likeness, model.weight)


def judge_documents(trial: Trial) -> list[Judged]:
    """Judge the fold's documents that the chosen rules are right for, or that no rule is."""
    observed = trial.observed
    every = {rule.type for rule in observed.rules}
    judged = []
    for row in observed.rows(inside=True):
        right = observed.right(row, trial.chosen)
        if right is None and observed.documents[row].label in every:
            continue
        verdict = trial.judge(row)
        is_none = right is None
        judged.append(
            Judged(
                row=row,
                is_none=is_none,
                best=None if is_none else verdict.best == right,
                decision=verdict.position == right,
                confidence=verdict.confidence,
                absent=None if is_none else trial.judge(row, right).position is None,
            )
        )
    return judged
