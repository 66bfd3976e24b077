"""How well a set of rules does on the labelled files of a project."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.configurations import service as configurations
from app.db import Database, now
from app.jobs import service as jobs
from app.jobs.models import Job
from app.jobs.values import Rule
from app.labels.service import FileLabel, count_by_type, find_conflicts
from app.learning.models import LearnedModel
from app.learning.quality import Advice, Judgement, Quality, advise, measure
from app.learning.service import ASKED_AGAIN, ask, find, is_due
from app.projects.scope import Scope

REPORT_VERSION = 1


class State(StrEnum):
    """Whether there is a report: READY, or what is missing for it.

    NO_RULES: the project has no job. NO_LABELS: it has no labels. FITTING: a worker computes the
    report; ask again. FAILED: it could not.
    """

    NO_RULES = "no_rules"
    NO_LABELS = "no_labels"
    FITTING = "fitting"
    FAILED = "failed"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules of a project, and the job or the saved configuration that has them."""

    project_id: UUID
    rules: tuple[Rule, ...]
    configuration_id: UUID | None = None
    job_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """How well rules do. Without a report, `without`, `learned` and `advice` are empty.

    `labels` is how many the project has. `without` is the quality of the engine alone, `learned`
    that of the engine with the labels, and `is_learning_used` whether jobs use the labels;
    `advice` is about the verdicts that jobs get. `is_current` is False while labels that were given
    since `labels_at` do not count yet. `conflicts` are files with the same bytes and different
    labels.
    """

    state: State
    rule_set: RuleSet | None
    labels: int = 0
    error: str | None = None
    engine_version: str | None = None
    labels_at: datetime | None = None
    is_current: bool = False
    is_learning_used: bool = False
    without: Quality | None = None
    learned: Quality | None = None
    advice: tuple[Advice, ...] = ()
    conflicts: Sequence[Sequence[FileLabel]] = ()


def assess(
    database: Database, scope: Scope, configuration_id: UUID | None, job_id: UUID | None
) -> Assessment:
    """Return how well the rules of a saved configuration, of a job, or of the latest job do.

    Never waits for the report: if there is none, a worker is asked for it. Raises NotFound.
    """
    with database.read() as session:
        rule_set = _find_rules(session, scope, configuration_id, job_id)
        if rule_set is None:
            return Assessment(State.NO_RULES, None)
        labels = sum(count_by_type(session, rule_set.project_id).values())
        if not labels:
            return Assessment(State.NO_LABELS, rule_set)
        conflicts = find_conflicts(session, rule_set.project_id)
        model = find(session, rule_set.project_id, rule_set.rules)
        found = None if model is None else _read(model, rule_set, labels, conflicts)
        is_known = model is not None and now() - model.asked_at <= ASKED_AGAIN
    if not is_known:
        with database.write() as session:
            ask(session, rule_set.project_id, rule_set.rules)
    return found or Assessment(State.FITTING, rule_set, labels, conflicts=conflicts)


def _find_rules(
    session: Session, scope: Scope, configuration_id: UUID | None, job_id: UUID | None
) -> RuleSet | None:
    if configuration_id is not None:
        saved = configurations.get(session, scope, configuration_id)
        rules = _to_rules(saved.parameters["rules"])
        return RuleSet(saved.project_id, rules, configuration_id=saved.id)
    if job_id is not None:
        job: Job | None = jobs.find(session, scope, job_id)
    else:
        newest = (
            select(Job)
            .where(Job.project_id == scope.project_id)
            .order_by(Job.created_at.desc(), Job.id.desc())
            .limit(1)
        )
        job = session.scalars(newest).one_or_none()
    return None if job is None else RuleSet(job.project_id, _to_rules(job.rules), job_id=job.id)


def _to_rules(stored: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:
    return tuple(Rule.from_json(rule) for rule in stored)


def _read(
    model: LearnedModel,
    rule_set: RuleSet,
    labels: int,
    conflicts: Sequence[Sequence[FileLabel]],
) -> Assessment:
    report = model.report or {}
    if report.get("version") != REPORT_VERSION:
        is_failed = model.error is not None and not is_due(model)
        state = State.FAILED if is_failed else State.FITTING
        return Assessment(state, rule_set, labels, error=model.error, conflicts=conflicts)
    types = {rule.type for rule in rule_set.rules}
    without = _judgements(report["items"], "without", types)
    learned = _judgements(report["items"], "with", types)
    return Assessment(
        state=State.READY,
        rule_set=rule_set,
        labels=labels,
        error=model.error,
        engine_version=model.engine_version,
        labels_at=model.fitted_at,
        is_current=not is_due(model),
        is_learning_used=model.is_used,
        without=measure(without),
        learned=measure(learned),
        advice=advise(learned if model.is_used else without),
        conflicts=conflicts,
    )


def _judgements(items: Sequence[Mapping[str, Any]], side: str, types: set[str]) -> list[Judgement]:
    return [
        Judgement(
            label=item["label"],
            type=item[side]["type"],
            confidence=item[side]["confidence"],
            has_rule=item["label"] is None or item["label"] in types,
        )
        for item in items
    ]
