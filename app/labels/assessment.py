"""How well a set of rules does on the labelled files of a project."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from app.jobs.values import ApiVersion, Rule
from app.labels.service import FileLabel, count_by_type, find_conflicts
from app.learning.models import LearnedModel
from app.learning.quality import Advice, Judgement, Quality, advise, measure
from app.learning.service import ASKED_AGAIN, ask, find, is_due
from app.projects.scope import Scope

REPORT_VERSION = 1


class State(StrEnum):
    """Whether there is a report: READY, or what is missing for it.

    OFF: the server does not learn, and measures nothing. NO_RULES: the project has no job.
    NO_LABELS: it has no labels. FITTING: a worker computes the report; ask again. FAILED: it could
    not.
    """

    OFF = "off"
    NO_RULES = "no_rules"
    NO_LABELS = "no_labels"
    FITTING = "fitting"
    FAILED = "failed"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class AssessedRules:
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
    rule_set: AssessedRules | None
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
    database: Database,
    scope: Scope,
    configuration_id: UUID | None,
    job_id: UUID | None,
    *,
    is_learning_on: bool,
) -> Assessment:
    """Return how well the rules of a saved configuration, of a job, or of the latest job do.

    `is_learning_on` is the server's setting. Never waits for the report: if there is none, a worker
    is asked for it. Raises NotFound.
    """
    with database.read() as session:
        rule_set = _find_rules(session, scope, configuration_id, job_id)
        if rule_set is None:
            return Assessment(State.NO_RULES, None)
        if not is_learning_on:
            return Assessment(State.OFF, rule_set)
        labels = sum(count_by_type(session, rule_set.project_id).values())
        if not labels:
            return Assessment(State.NO_LABELS, rule_set)
        model = find(session, rule_set.project_id, rule_set.rules)
        report = _report_of(model)
        copies = None if report is None else _read_ids(report["conflicts"])
        found = Assessment(
            State.FITTING,
            rule_set,
            labels,
            conflicts=find_conflicts(session, rule_set.project_id, copies),
        )
        if model is not None and report is not None:
            found = _with_report(found, model, report)
        elif model is not None and model.error is not None and not is_due(model):
            found = replace(found, state=State.FAILED, error=model.error)
        is_known = model is not None and now() - model.asked_at <= ASKED_AGAIN
    if not is_known:
        with database.write() as session:
            ask(session, rule_set.project_id, rule_set.rules)
    return found


def _find_rules(
    session: Session, scope: Scope, configuration_id: UUID | None, job_id: UUID | None
) -> AssessedRules | None:
    if configuration_id is not None:
        saved = configurations.get(session, scope, configuration_id)
        rules = _to_rules(saved.parameters["rules"])
        return AssessedRules(saved.project_id, rules, configuration_id=saved.id)
    if job_id is not None:
        job: Job | None = jobs.get_any(session, scope, job_id)
    else:
        job = _find_latest(session, scope.project_id)
    return (
        None if job is None else AssessedRules(job.project_id, _to_rules(job.rules), job_id=job.id)
    )


def _find_latest(session: Session, project_id: UUID) -> Job | None:
    newest = (
        session.scalar(
            select(Job)
            .where(Job.project_id == project_id, Job.api_version == version)
            # An index has this order: it costs the same however many jobs there are.
            .order_by(Job.created_at.desc(), Job.id.desc())
            .limit(1)
        )
        for version in ApiVersion
    )
    return max(filter(None, newest), key=lambda job: job.created_at, default=None)


def _to_rules(stored: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:
    return tuple(Rule.from_json(rule) for rule in stored)


def _report_of(model: LearnedModel | None) -> Mapping[str, Any] | None:
    """Return the report of a model, None if it has none that this release reads."""
    report = None if model is None else model.report
    return report if report and report["version"] == REPORT_VERSION else None


def _read_ids(groups: Sequence[Sequence[str]]) -> list[list[UUID]]:
    return [[UUID(file_id) for file_id in group] for group in groups]


def _with_report(found: Assessment, model: LearnedModel, report: Mapping[str, Any]) -> Assessment:
    types = {rule["type"] for rule in model.rules}
    without = _judgements(report, "without", types)
    learned = _judgements(report, "with", types)
    return replace(
        found,
        state=State.READY,
        error=model.error,
        engine_version=model.engine_version,
        labels_at=model.fitted_at,
        is_current=not is_due(model),
        is_learning_used=model.is_used,
        without=measure(without),
        learned=measure(learned),
        advice=advise(learned if model.is_used else without),
    )


def _judgements(report: Mapping[str, Any], side: str, types: set[str]) -> list[Judgement]:
    """Return the verdicts of one side. The type of a catch-all stands for "no rule fits"."""
    catch_all = report["catch_all"]

    def read(type_: str | None) -> str | None:
        return None if type_ == catch_all else type_

    return [
        Judgement(
            label=read(item["label"]),
            type=read(item[side]["type"]),
            confidence=item[side]["confidence"],
            has_rule=item["label"] is None or item["label"] in types,
        )
        for item in report["items"]
    ]
