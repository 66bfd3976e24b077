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
    NULL,
    Columns,
    LabelWeight,
    LearnedModel,
    Neighbour,
    StageModel,
    add_up,
)
from worker.classification.learning.observation import Observation
from worker.learning.checking import CheckedVerdict, choose_weight, judge
from worker.learning.held_out import StageVectors, fit_stage, group_copies, held_out_closeness

# Of the last stage's vectors. Parts of one document and copies of a filled-in form have more.
COPIES = 0.97
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
    positions = engine.find_catch_alls(rules)
    competing = [rule for place, rule in enumerate(rules) if place not in positions]
    types = [rule.type for rule in competing]
    places = {type_: place for place, type_ in enumerate(types)}
    columns = np.array([places.get(each.type or "", NULL) for each in seen], dtype=np.int64)
    neighbours = choose_neighbours(seen, columns)
    checked = [row for row, each in enumerate(seen) if each.observation.is_scored]
    groups = _group(seen)
    stages: list[StageModel | None] = []
    closeness: list[dict[int, Vectors]] = []
    for number in range(len(engine.stages)):
        vectors = _stack(seen, number)
        if vectors is None:
            stages.append(None)
            closeness.append({})
            continue
        stages.append(fit_stage(vectors, columns, len(types), neighbours))
        closeness.append(
            held_out_closeness(vectors, columns, len(types), neighbours, groups, checked)
        )

    read = engine.scorer.rules.read_set(competing)

    def judge_all(weight: LabelWeight | None) -> list[CheckedVerdict]:
        verdicts = []
        for row in checked:
            additions = [
                add_up(by_row[row], weight) if weight is not None and row in by_row else None
                for by_row in closeness
            ]
            verdicts.append(judge(seen[row].observation, read, engine.stages, additions))
        return verdicts

    wanted = [None if columns[row] == NULL else int(columns[row]) for row in checked]
    labelled = columns[columns != NULL]
    per_type = len(labelled) / max(len(set(labelled.tolist())), 1)
    choice = choose_weight(judge_all, wanted, per_type)
    model = LearnedModel(
        version=version,
        label_count=len(seen),
        types=tuple(types),
        weight=choice.weight,
        stages=tuple(stages),
        neighbours=tuple(
            Neighbour(seen[row].name, seen[row].type, seen[row].observation.line)
            for row in neighbours
        ),
        columns=columns[neighbours],
    )
    catch_all = rules[positions[0]].type if positions else None

    def describe(verdict: CheckedVerdict) -> dict[str, object]:
        type_ = catch_all if verdict.position is None else types[verdict.position]
        return {"type": type_, "confidence": round(verdict.confidence, 4)}

    report = {
        "version": 1,
        "folds": len(set(groups.tolist())),
        "weight": None if choice.weight is None else asdict(choice.weight),
        "catch_all": catch_all,
        "items": [
            {
                "file_id": str(seen[row].file_id),
                "label": seen[row].type,
                "without": describe(before),
                "with": describe(after),
            }
            for row, before, after in zip(checked, choice.without, choice.best, strict=True)
        ],
        "conflicts": find_conflicts(seen, groups),
    }
    return ModelFit(model, choice.is_gain, report)


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
    vectors = _stack(seen, -1)
    groups = np.arange(len(seen), dtype=np.int64)
    if vectors is not None:
        groups[vectors.rows] = vectors.rows[group_copies(vectors.vectors, COPIES)]
    return groups


def _stack(seen: Sequence[LabelledObservation], number: int) -> StageVectors | None:
    found = [
        (row, stage.vector)
        for row, each in enumerate(seen)
        if (stage := each.observation.stages[number]) is not None
    ]
    if not found:
        return None
    rows = np.array([row for row, _ in found], dtype=np.int64)
    return StageVectors(np.stack([vector for _, vector in found]), rows)
