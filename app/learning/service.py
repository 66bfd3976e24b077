"""Learned models: ask for fits, find the one in force, drop."""

import hashlib
import json
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.audit.log import SERVER, Action, record
from app.db import announce, now
from app.jobs.models import Job
from app.jobs.service import ITEMS
from app.jobs.values import Rule
from app.learning.models import LearnedModel

# A project keeps the models that were used last: each change of a label fits all of them again.
MAX_MODELS = 10
# A job does not write that its rules are in use if another one has written it within this time.
ASKED_AGAIN = timedelta(hours=1)


def digest_rules(rules: Iterable[Rule]) -> str:
    """Return a digest of types and descriptions, the same in any order; examples do not count."""
    pairs = sorted((rule.type, rule.description) for rule in rules)
    return hashlib.sha256(json.dumps(pairs).encode("ascii")).hexdigest()


def request_fit(session: Session, project_id: UUID) -> None:
    """Mark the project's models as due, because its labels have changed; announces ITEMS.

    The first label also asks for a model of the rules of the latest job. Without any label left,
    no model counts any more, and a worker deletes them.
    """
    moment = now()
    due = session.scalars(
        update(LearnedModel)
        .where(LearnedModel.project_id == project_id)
        .values(requested_at=moment, attempt=0, error=None)
        .returning(LearnedModel.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not due:
        latest = (
            select(Job.rules)
            .where(Job.project_id == project_id)
            .order_by(Job.created_at.desc(), Job.id.desc())
            .limit(1)
        )
        rules = session.scalar(latest)
        if rules is not None:
            ask(session, project_id, [Rule.from_json(rule) for rule in rules])
    announce(session, ITEMS)


def ask(session: Session, project_id: UUID, rules: Iterable[Rule]) -> LearnedModel:
    """Return the model of a project for these rules, fitted or not; a new one is due.

    Announces ITEMS for a new one. The project's model that was not asked for longest gives way to
    one too many. Call it for projects with labels only.
    """
    given = tuple(rules)
    found = find(session, project_id, given)
    moment = now()
    if found is not None:
        if moment - found.asked_at > ASKED_AGAIN:
            found.asked_at = moment
        return found
    model = LearnedModel(
        project_id=project_id,
        rules_digest=digest_rules(given),
        rules=[rule.to_json() for rule in given],
        requested_at=moment,
        asked_at=moment,
    )
    session.add(model)
    session.flush()
    surplus = session.scalars(
        select(LearnedModel.id)
        .where(LearnedModel.project_id == project_id)
        .order_by(LearnedModel.asked_at.desc(), LearnedModel.id.desc())
        .offset(MAX_MODELS)
    ).all()
    if surplus:
        session.execute(delete(LearnedModel).where(LearnedModel.id.in_(surplus)))
    announce(session, ITEMS)
    return model


def find(session: Session, project_id: UUID, rules: Iterable[Rule]) -> LearnedModel | None:
    """Return the model of a project for these rules, fitted or not."""
    return session.scalars(
        select(LearnedModel).where(
            LearnedModel.project_id == project_id,
            LearnedModel.rules_digest == digest_rules(rules),
        )
    ).one_or_none()


def is_due(model: LearnedModel) -> bool:
    """Tell whether a model waits for a fit, because it is new or labels have changed."""
    return model.fitted_at is None or model.fitted_at < model.requested_at


def discard_of_project(session: Session, project_id: UUID) -> int:
    """Delete all models of a project; return how many."""
    rows = session.execute(
        delete(LearnedModel)
        .where(LearnedModel.project_id == project_id)
        .returning(LearnedModel.id, LearnedModel.is_used)
    ).all()
    for row in rows:
        if row.is_used:
            record(
                session,
                Action.LEARNING_STOPPED,
                actor=SERVER,
                project_id=project_id,
                subject=row.id,
            )
    return len(rows)
