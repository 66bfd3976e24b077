"""The queue of fits: claim, renew, finish, fail, release.

It works as the queue of previews does, see `app.leases`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select, update
from sqlalchemy.orm import Session

from app.audit.log import WORKER, Action, record
from app.db import Database, now
from app.jobs.values import Rule
from app.learning.models import LearnedData, LearnedModel
from app.leases import leased_rows
from app.paging import count_up_to

# Longer than a worker takes between two renewals: for one document, or for the numbers.
LEASE = timedelta(minutes=3)
MAX_ATTEMPTS = 3
_COLUMNS = ("engine_version", "labels_digest", "label_count", "is_used", "report")
GAVE_UP = "every worker that tried to fit it died; change a label to try again"


@dataclass(frozen=True, slots=True)
class FitClaim:
    """A leased model.

    `documents` is what its last fit read of labelled files, by this version of an engine; None
    without a fit.
    """

    model_id: UUID
    project_id: UUID
    token: UUID
    requested_at: datetime
    rules: tuple[Rule, ...]
    engine_version: str | None
    documents: bytes | None

    def is_same_fit(self, other: "FitClaim") -> bool:
        """Tell whether another claim is for the same model and the same labels."""
        return (self.model_id, self.requested_at) == (other.model_id, other.requested_at)


@dataclass(frozen=True, slots=True)
class FittedModel:
    """What a fit found; see `LearnedModel`."""

    engine_version: str
    labels_digest: str
    label_count: int
    is_used: bool
    report: Mapping[str, Any]
    parameters: bytes
    documents: bytes


def claim_next(database: Database, worker: str) -> FitClaim | None:
    """Lease the model that is due for longest; None if none is due and free."""
    free = _candidate().order_by(LearnedModel.requested_at)
    if not leased_rows.is_any(database, free):
        return None
    with database.write() as session:
        leased = leased_rows.lease_first(session, LearnedModel, free, worker, LEASE)
        if leased is None:
            return None
        model, token = leased
        if model.attempt > MAX_ATTEMPTS:
            _end(session, model, model.requested_at, GAVE_UP)
            return None
        return FitClaim(
            model_id=model.id,
            project_id=model.project_id,
            token=token,
            requested_at=model.requested_at,
            rules=tuple(Rule.from_json(rule) for rule in model.rules),
            engine_version=model.engine_version,
            documents=session.scalar(
                select(LearnedData.documents).where(LearnedData.model_id == model.id)
            ),
        )


def renew(database: Database, claim: FitClaim) -> bool:
    """Extend a lease; False when the claim no longer holds it, or when labels have changed.

    A fit of labels that are no longer those of the project is not worth its end: release it.
    """
    with database.write() as session:
        renewed = session.execute(
            update(LearnedModel)
            .where(*_is_held(claim), LearnedModel.requested_at == claim.requested_at)
            .values(lease_until=now() + LEASE)
            .returning(LearnedModel.id)
        )
        return renewed.first() is not None


def finish(database: Database, claim: FitClaim, fitted: FittedModel) -> bool:
    """Store a fit; False, and nothing changes, when the claim lost its lease."""
    with database.write() as session:
        model = _held_model(session, claim)
        if model is None:
            return False
        if fitted.is_used != model.is_used:
            _record_use(session, model, fitted)
        for name in _COLUMNS:
            setattr(model, name, getattr(fitted, name))
        session.merge(
            LearnedData(model_id=model.id, parameters=fitted.parameters, documents=fitted.documents)
        )
        _end(session, model, claim.requested_at, None)
    return True


def fail(database: Database, claim: FitClaim, sentence: str) -> None:
    """Record why a model cannot be fitted; it is not tried again until labels change."""
    with database.write() as session:
        model = _held_model(session, claim)
        if model is not None:
            _end(session, model, claim.requested_at, sentence)


def drop(database: Database, claim: FitClaim) -> None:
    """Delete a model whose project has no labels any more, unless another fit was asked for."""
    with database.write() as session:
        model = _held_model(session, claim)
        if model is None:
            return
        if model.requested_at != claim.requested_at:
            # Labels have changed meanwhile: any worker may fit them at once.
            _end(session, model, claim.requested_at, None)
            return
        if model.is_used:
            _record_stop(session, model)
        session.delete(model)


def release(database: Database, claim: FitClaim) -> None:
    """Put a model back into the queue; the attempt does not count."""
    leased_rows.release(database, LearnedModel, _is_held(claim))


def release_worker(database: Database, worker: str) -> None:
    """Free the models of a worker that has ended, before their leases expire."""
    leased_rows.release_worker(database, LearnedModel, worker)


def count_due(session: Session, cap: int) -> int:
    """Return how many models are due and free, at most `cap`."""
    return count_up_to(session, _candidate(), cap)


def _candidate() -> Select[UUID]:
    is_due = or_(
        LearnedModel.fitted_at.is_(None), LearnedModel.fitted_at < LearnedModel.requested_at
    )
    return select(LearnedModel.id).where(is_due, leased_rows.is_free(LearnedModel))


def _held_model(session: Session, claim: FitClaim) -> LearnedModel | None:
    query = select(LearnedModel).where(*_is_held(claim))
    return session.scalars(query.with_for_update()).one_or_none()


def _is_held(claim: FitClaim) -> tuple[ColumnElement[bool], ...]:
    return LearnedModel.id == claim.model_id, LearnedModel.lease_token == claim.token


def _end(session: Session, model: LearnedModel, requested_at: datetime, error: str | None) -> None:
    # Not the present time: labels that changed during the fit have made the model due again.
    model.fitted_at = requested_at
    model.error = error
    model.attempt = 0
    model.worker = model.lease_token = model.lease_until = None
    if error is not None and model.is_used:
        model.is_used = False
        _record_stop(session, model)


def _record_use(session: Session, model: LearnedModel, fitted: FittedModel) -> None:
    record(
        session,
        Action.LEARNING_STARTED if fitted.is_used else Action.LEARNING_STOPPED,
        actor=WORKER,
        project_id=model.project_id,
        subject=model.id,
        engine_version=fitted.engine_version,
        details={"labels": fitted.label_count, "rules": len(model.rules)},
    )


def _record_stop(session: Session, model: LearnedModel) -> None:
    record(
        session,
        Action.LEARNING_STOPPED,
        actor=WORKER,
        project_id=model.project_id,
        subject=model.id,
        engine_version=model.engine_version,
    )
