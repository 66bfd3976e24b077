"""Fitting a learned model, and choosing how much it counts by checking it."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import numpy as np

from app.jobs.values import Rule
from worker.classification.embedders.base import Vectors
from worker.classification.engine import Engine
from worker.classification.learning.model import (
    COPIES,
    NULL,
    Columns,
    LabelWeight,
    LearnedModel,
    Neighbour,
    StageModel,
    add_up,
)
from worker.classification.learning.observation import Observation, restore_scores
from worker.classification.scoring.rule_set import RuleSet
from worker.learning.checking import CheckedVerdict, Choice, choose_weight, judge
from worker.learning.held_out import (
    Likeness,
    StageVectors,
    compare_held_out,
    fit_stage,
    group_copies,
)

# More would add little to the certainty of the check, and each takes some milliseconds.
MAX_CHECKED = 1_000
# Their vectors are compared with every document.
MAX_NEIGHBOURS = 2_000


@dataclass(frozen=True, slots=True)
class LabelledObservation:
    """What learning sees of a labelled file, whose type is None if no rule fits."""

    file_id: UUID
    name: str
    type: str | None
    observation: Observation


@dataclass(frozen=True, slots=True)
class _Gathered:
    """Labelled documents as a fit needs them.

    `rules` are those that compete, `columns` (n,) has the positions of the right ones. `neighbours`
    and `checked` are rows of documents, `groups` (n,) the numbers of groups of copies. `likeness`
    has for each stage what others say of each checked document.
    """

    seen: Sequence[LabelledObservation]
    rules: Sequence[Rule]
    read: RuleSet
    catch_all: str | None
    columns: Columns
    neighbours: Sequence[int]
    checked: Sequence[int]
    groups: Columns
    stages: tuple[StageModel | None, ...]
    likeness: Sequence[Mapping[int, Likeness]]


@dataclass(frozen=True, slots=True)
class ModelFit:
    """A fitted model, whether it beats the engine alone, and the report of `LearnedModel`."""

    model: LearnedModel
    is_used: bool
    report: Mapping[str, Any]


def fit_model(
    engine: Engine, rules: Sequence[Rule], seen: Sequence[LabelledObservation], version: str
) -> ModelFit:
    """Fit a model for all rules of a job to labelled documents; the same ones give the same model.

    A type that no rule has means that no rule fits, and so does that of the catch-all.
    """
    gathered = _gather(engine, rules, seen)
    choice = _choose(engine, gathered)
    model = LearnedModel(
        version=version,
        label_count=len(seen),
        types=tuple(rule.type for rule in gathered.rules),
        weight=choice.weight,
        stages=gathered.stages,
        neighbours=tuple(
            Neighbour(seen[row].name, seen[row].type, seen[row].observation.line)
            for row in gathered.neighbours
        ),
        columns=gathered.columns[gathered.neighbours],
    )
    return ModelFit(model, choice.is_gain, _report(gathered, choice))


def _gather(
    engine: Engine, rules: Sequence[Rule], seen: Sequence[LabelledObservation]
) -> _Gathered:
    """Compare the labelled documents with each other."""
    positions = engine.find_catch_alls(rules)
    competing = [rule for place, rule in enumerate(rules) if place not in positions]
    places = {rule.type: place for place, rule in enumerate(competing)}
    columns = np.array([places.get(each.type or "", NULL) for each in seen], dtype=np.int64)
    read = engine.scorer.rules.read_set(competing)
    neighbours = choose_neighbours(seen, columns)
    checked = [row for row, each in enumerate(seen) if each.observation.is_scored]
    groups = _group(seen)
    stages: list[StageModel | None] = []
    likeness: list[Mapping[int, Likeness]] = []
    for number in range(len(engine.stages)):
        vectors = _stack(seen, number, read)
        if vectors is None:
            stages.append(None)
            likeness.append({})
            continue
        known = columns, len(competing), neighbours
        stages.append(fit_stage(vectors, *known))
        likeness.append(compare_held_out(vectors, *known, groups, checked))
    return _Gathered(
        seen=seen,
        rules=competing,
        read=read,
        catch_all=rules[positions[0]].type if positions else None,
        columns=columns,
        neighbours=neighbours,
        checked=checked,
        groups=groups,
        stages=tuple(stages),
        likeness=likeness,
    )


def _choose(engine: Engine, gathered: _Gathered) -> Choice:
    """Choose how much labels count, by verdicts that do not know the label of their document."""

    def judge_all(weight: LabelWeight | None) -> list[CheckedVerdict]:
        verdicts = []
        for row in gathered.checked:
            additions = [
                add_up(found.closeness, found.lessons, found.likeness, weight)
                if weight is not None and (found := by_row.get(row)) is not None
                else None
                for by_row in gathered.likeness
            ]
            observation = gathered.seen[row].observation
            verdicts.append(judge(observation, gathered.read, engine.stages, additions))
        return verdicts

    columns = gathered.columns
    wanted = [None if columns[row] == NULL else int(columns[row]) for row in gathered.checked]
    labelled = columns[columns != NULL]
    per_type = len(labelled) / max(len(set(labelled.tolist())), 1)
    return choose_weight(judge_all, wanted, per_type)


def _report(gathered: _Gathered, choice: Choice) -> Mapping[str, Any]:
    """Return the report of `app.learning.models.LearnedModel`."""

    def describe(verdict: CheckedVerdict) -> dict[str, object]:
        is_null = verdict.position is None
        type_ = gathered.catch_all if is_null else gathered.rules[verdict.position or 0].type
        return {"type": type_, "confidence": round(verdict.confidence, 4)}

    seen = gathered.seen
    return {
        "version": 1,
        "folds": len(set(gathered.groups.tolist())),
        "weight": None if choice.weight is None else asdict(choice.weight),
        "catch_all": gathered.catch_all,
        "items": [
            {
                "file_id": str(seen[row].file_id),
                "label": seen[row].type,
                "without": describe(before),
                "with": describe(after),
            }
            for row, before, after in zip(
                gathered.checked, choice.without, choice.best, strict=True
            )
        ],
        "conflicts": find_conflicts(seen, gathered.groups),
    }


def choose_neighbours(seen: Sequence[LabelledObservation], columns: Columns) -> list[int]:
    """Return the rows of the documents that others are compared with, all types in turn.

    In each type the order is by a digest of the file's id: it does not change with other labels.
    """
    by_column: dict[int, list[int]] = defaultdict(list)
    for row in sorted(range(len(seen)), key=lambda row: order_of(seen[row].file_id)):
        by_column[int(columns[row])].append(row)
    chosen: list[int] = []
    for turn in range(max((len(rows) for rows in by_column.values()), default=0)):
        chosen += [rows[turn] for rows in by_column.values() if turn < len(rows)]
        if len(chosen) >= MAX_NEIGHBOURS:
            break
    return sorted(chosen[:MAX_NEIGHBOURS])


def choose_checked(file_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Return the files whose verdicts are checked, of which the scores are needed."""
    return frozenset(sorted(file_ids, key=order_of)[:MAX_CHECKED])


def order_of(file_id: UUID) -> str:
    """Return the place of a file in an order that has nothing to do with files."""
    return hashlib.sha256(file_id.bytes).hexdigest()


def find_conflicts(seen: Sequence[LabelledObservation], groups: Columns) -> list[list[str]]:
    """Return the ids of files that are copies of each other and have different labels."""
    members: dict[int, list[LabelledObservation]] = defaultdict(list)
    for each, group in zip(seen, groups.tolist(), strict=True):
        members[group].append(each)
    return [
        [str(each.file_id) for each in group]
        for group in members.values()
        if len({each.type for each in group}) > 1
    ]


def _group(seen: Sequence[LabelledObservation]) -> Columns:
    """Return the number of the group of copies that each document is in."""
    rows, vectors = _vectors(seen, -1)
    groups = np.arange(len(seen), dtype=np.int64)
    if len(rows):
        groups[rows] = rows[group_copies(vectors, COPIES)]
    return groups


def _stack(seen: Sequence[LabelledObservation], number: int, read: RuleSet) -> StageVectors | None:
    rows, vectors = _vectors(seen, number)
    if not len(rows):
        return None
    scores, scored = [np.zeros((0, len(read.rules)), dtype=np.float32)], []
    for place, row in enumerate(rows):
        observation = seen[row].observation
        stage = observation.stages[number]
        if stage is not None and stage.own is not None:
            restored = restore_scores(stage, observation.tokens, read, None)
            scores.append(restored.rules[None, :])
            scored.append(place)
    return StageVectors(vectors, rows, np.concatenate(scores), np.array(scored, dtype=np.int64))


def _vectors(seen: Sequence[LabelledObservation], number: int) -> tuple[Columns, Vectors]:
    """Return the rows of the documents that have a vector at a stage, and the vectors."""
    found = [
        (row, stage.vector)
        for row, each in enumerate(seen)
        if (stage := each.observation.stages[number]) is not None
    ]
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros((0, 0), dtype=np.float32)
    rows = np.array([row for row, _ in found], dtype=np.int64)
    return rows, np.stack([vector for _, vector in found], dtype=np.float32)
