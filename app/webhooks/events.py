"""Events of jobs: their names, and the deliveries that a change of state creates."""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.db import announce, new_id, now
from app.webhooks.models import DeliveryStatus, WebhookConfiguration, WebhookDelivery

# The topic under which `Database.on_commit` announces new deliveries.
DELIVERIES = "deliveries"


class JobState(StrEnum):
    """The states of a job that have an event; a job enters each at most once."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCESS = "success"
    PARTIAL_SUCCESS = "partial_success"
    ERROR = "error"
    CANCELLED = "cancelled"


# Three generations of clients spell the same events differently.
SPELLINGS: dict[JobState, tuple[str, ...]] = {
    JobState.PENDING: ("parse.pending", "classify.pending"),
    JobState.RUNNING: ("parse.running", "classify.running"),
    JobState.SUCCESS: ("parse.success", "classify.success"),
    JobState.PARTIAL_SUCCESS: (
        "parse.partial",
        "parse.partial_success",
        "classify.partial_success",
    ),
    JobState.ERROR: ("parse.failure", "parse.error", "classify.error"),
    JobState.CANCELLED: ("parse.cancelled", "classify.cancelled"),
}

# For a configuration without events: the final states, as the original API spells them.
DEFAULT_NAMES: dict[JobState, str] = {
    JobState.SUCCESS: "parse.success",
    JobState.PARTIAL_SUCCESS: "parse.partial",
    JobState.ERROR: "parse.failure",
    JobState.CANCELLED: "parse.cancelled",
}

KNOWN_NAMES = frozenset(name for names in SPELLINGS.values() for name in names)


def choose_name(state: JobState, requested: Sequence[str] | None) -> str | None:
    """Return the name of a state's event that a configuration requests; None if it requests none.

    Of several spellings of one event the first in the configuration's order counts, so that each
    change of state has one delivery. None and an empty list mean the default events.
    """
    if not requested:
        return DEFAULT_NAMES.get(state)
    return next((name for name in requested if name in SPELLINGS[state]), None)


def enqueue_deliveries(session: Session, job_id: UUID, state: JobState) -> None:
    """Insert a delivery for each configuration of a job that requests the event of its new state.

    Call it in the transaction that changes the state.
    """
    configurations = session.execute(
        select(WebhookConfiguration.id, WebhookConfiguration.url, WebhookConfiguration.events)
        .where(WebhookConfiguration.job_id == job_id)
        .order_by(WebhookConfiguration.ordinal)
    ).all()
    moment = now()
    rows = [
        {
            "id": new_id(),
            "job_id": job_id,
            "configuration_id": configuration.id,
            "state": state,
            "event_type": name,
            "status": DeliveryStatus.WAITING,
            "tries": 0,
            "due_at": moment,
            "created_at": moment,
        }
        for configuration in configurations
        if (name := choose_name(state, configuration.events)) is not None
    ]
    if rows:
        session.execute(insert(WebhookDelivery), rows)
        announce(session, DELIVERIES, len(rows))
